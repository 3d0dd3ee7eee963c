#include "harness/scenario/parse_yaml.h"

#include <yaml.h>

enum node_style parse_yaml_style(int style)
{
    switch ((yaml_scalar_style_t)style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return NODE_SINGLE_QUOTED;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return NODE_DOUBLE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE:
        return NODE_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE:
        return NODE_FOLDED;
    case YAML_ANY_SCALAR_STYLE:
    case YAML_PLAIN_SCALAR_STYLE:
        break;
    }
    return NODE_PLAIN;
}

const char *parse_yaml_hint(const char *problem, struct span text, struct mark mark)
{
    struct span line = text;
    for (unsigned at = 1; at < mark.line; at++) {
        line = span_from(line, span_find(line, '\n') + 1);
    }
    line = span_first(line, span_find(line, '\n'));
    uint8_t byte = mark.column <= line.len ? line.data[mark.column - 1] : 0;
    if (byte == '\t' && strstr(problem, "cannot start any token") != NULL) {
        return "a tab cannot indent YAML; use spaces";
    }
    if (strstr(problem, "cannot start any token") != NULL) {
        return "a text that begins like this needs quotes";
    }
    if (line.len > 0 && memmem(line.data, line.len, "${{", 3) != NULL &&
        strstr(problem, "did not find expected ','") != NULL) {
        return "in [] and {} it needs quotes: \"${{ ... }}\"";
    }
    if (strstr(problem, "mapping values are not allowed") != NULL) {
        return "a text with ': ' in it needs quotes";
    }
    return NULL;
}
