#include "harness/scenario/matrix.h"

#include <stdlib.h>

#include "harness/base/text.h"
#include "harness/scenario/given.h"
#include "harness/scenario/scenario.h"

struct matrix_dimension {
    const struct node *key;
    const struct node *const *values;
    size_t len;
};

/* A cell being made: values of the dimensions, then what `include` added. */
struct matrix_raw {
    const struct node **values; /* one for each dimension; NULL: a cell of its own */
    const struct node *own;     /* the entry of `include` that is a cell of its own, or NULL */
    const struct node **added_keys, **added;
    size_t added_len;
};

struct matrix {
    struct arena *arena;
    struct tell *tell;
    struct matrix_dimension dimensions[MATRIX_DIMENSIONS_MAX];
    size_t dimensions_len;
    struct matrix_raw *cells;
    size_t cells_len;
    size_t work;
};

/* --- dimensions --- */

static bool matrix_number(
    struct matrix *matrix, const struct node *range, const char *key, int64_t *ret)
{
    const struct node *node = node_get(range, key);
    if (node == NULL) {
        return true;
    }
    if (node->kind != NODE_SCALAR || node->style != NODE_PLAIN || !text_integer(node->text, ret) ||
        *ret > INT32_MAX || *ret < INT32_MIN) {
        tell_error(matrix->tell, node, NULL, "expected a whole number, got %s",
            node_got(matrix->arena, node));
        return false;
    }
    return true;
}

static const struct node *matrix_scalar(
    struct matrix *matrix, const struct node *like, int64_t number)
{
    struct node *node = arena_alloc(matrix->arena, sizeof *node);
    *node = *like;
    node->kind = NODE_SCALAR;
    node->style = NODE_PLAIN;
    node->text = span_text(arena_printf(matrix->arena, "%lld", (long long)number));
    node_fill(node, NULL, NULL, 0);
    return node;
}

/* {from: 1, to: 60, step: 5} */
static bool matrix_range(
    struct matrix *matrix, const struct node *range, struct matrix_dimension *ret)
{
    static const char *const names[] = {"from", "to", "step", NULL};
    int64_t from = 0, to = 0, step = 1;
    for (size_t i = 0; i < range->len; i++) {
        const char *key = (const char *)range->keys[i]->text.data;
        if (!node_is(range->keys[i], "from") && !node_is(range->keys[i], "to") &&
            !node_is(range->keys[i], "step")) {
            tell_error(matrix->tell, range->keys[i], tell_nearest(matrix->tell, key, names),
                "unknown key '%.100s' in a range: it has from, to and step", key);
            return false;
        }
    }
    if (node_get(range, "from") == NULL || node_get(range, "to") == NULL) {
        tell_error(matrix->tell, range, "write {from: 1, to: 60}, or a list of values",
            "a range has `from` and `to`");
        return false;
    }
    if (!matrix_number(matrix, range, "from", &from) || !matrix_number(matrix, range, "to", &to) ||
        !matrix_number(matrix, range, "step", &step)) {
        return false;
    }
    if (step == 0 || (step > 0 && from > to) || (step < 0 && from < to)) {
        tell_error(matrix->tell, range, NULL, "the range is empty: %lld to %lld by %lld",
            (long long)from, (long long)to, (long long)step);
        return false;
    }
    int64_t len = (to - from) / step + 1;
    if (len > SCENARIO_CELLS_MAX) {
        len = SCENARIO_CELLS_MAX + 1; /* the number of cells is told */
    }
    const struct node **values = arena_alloc(matrix->arena, (size_t)len * sizeof *values);
    for (int64_t i = 0; i < len; i++) {
        values[i] = matrix_scalar(matrix, range, from + i * step);
    }
    ret->values = values;
    ret->len = (size_t)len;
    return true;
}

static bool matrix_dimension(
    struct matrix *matrix, const struct node *key, const struct node *value)
{
    if (!given_is_name(key->text)) {
        tell_error(matrix->tell, key, NULL,
            "a dimension is named by letters, digits, dashes and underscores, not %s",
            node_got(matrix->arena, key));
        return false;
    }
    if (matrix->dimensions_len == MATRIX_DIMENSIONS_MAX) {
        tell_error(
            matrix->tell, key, NULL, "a matrix has at most %d dimensions", MATRIX_DIMENSIONS_MAX);
        return false;
    }
    struct matrix_dimension *dimension = &matrix->dimensions[matrix->dimensions_len];
    *dimension = (struct matrix_dimension){.key = key, .values = value->items, .len = value->len};
    if (value->kind == NODE_MAP && !matrix_range(matrix, value, dimension)) {
        return false;
    }
    if (value->kind == NODE_SCALAR) {
        tell_error(matrix->tell, value, NULL,
            "expected a list of values, or a range such as {from: 1, to: 60}, got %s",
            node_got(matrix->arena, value));
        return false;
    }
    if (dimension->len == 0) {
        tell_error(matrix->tell, value, NULL, "a dimension without values leaves no cell");
        return false;
    }
    matrix->dimensions_len++;
    return true;
}

static bool matrix_dimensions(struct matrix *matrix, const struct node *map)
{
    bool good = true;
    for (size_t i = 0; i < map->len; i++) {
        if (!node_is(map->keys[i], "include") && !node_is(map->keys[i], "exclude")) {
            good = matrix_dimension(matrix, map->keys[i], map->items[i]) && good;
        }
    }
    return good;
}

/* --- agreement --- */

/* Are these one value? A word also names a map by its `id`; a map is met by one that has all its
 * keys. */
static bool matrix_agrees(struct matrix *matrix, const struct node *entry, const struct node *value)
{
    matrix->work++;
    if (matrix->work > MATRIX_WORK_MAX) {
        return false;
    }
    if (entry->kind == NODE_SCALAR) {
        const struct node *id = node_get(value, "id");
        value = id != NULL ? id : value;
        return value->kind == NODE_SCALAR && span_equal(entry->text, value->text);
    }
    if (entry->kind != value->kind || (entry->kind == NODE_LIST && entry->len != value->len)) {
        return false;
    }
    for (size_t i = 0; i < entry->len; i++) {
        size_t at = entry->kind == NODE_LIST ? i : node_find(value, entry->keys[i]->text);
        matrix->work += entry->kind == NODE_LIST ? 0 : value->len / 16;
        if (at == value->len || !matrix_agrees(matrix, entry->items[i], value->items[at])) {
            return false;
        }
    }
    return true;
}

static size_t matrix_find(const struct matrix *matrix, const struct node *key)
{
    size_t at = 0;
    while (
        at < matrix->dimensions_len && !span_equal(matrix->dimensions[at].key->text, key->text)) {
        at++;
    }
    return at;
}

/* Does every dimension that the entry names have that value in the cell? */
static bool matrix_fits(
    struct matrix *matrix, const struct node *entry, const struct matrix_raw *cell)
{
    for (size_t i = 0; i < entry->len; i++) {
        size_t at = matrix_find(matrix, entry->keys[i]);
        if (at < matrix->dimensions_len &&
            !matrix_agrees(matrix, entry->items[i], cell->values[at])) {
            return false;
        }
    }
    return true;
}

/* The list of entries below `exclude` or `include`; NULL where there is none. False: told. */
static bool matrix_entries(
    struct matrix *matrix, const struct node *map, const char *which, const struct node **ret)
{
    const struct node *list = node_get(map, which);
    *ret = list;
    if (list == NULL) {
        return true;
    }
    bool good = list->kind == NODE_LIST;
    if (!good) {
        tell_error(matrix->tell, list, NULL, "`%s` is a list of maps, got %s", which,
            node_got(matrix->arena, list));
    }
    for (size_t i = 0; good && i < list->len; i++) {
        if (list->items[i]->kind != NODE_MAP || list->items[i]->len == 0) {
            tell_error(matrix->tell, list->items[i], NULL, "`%s` is a list of maps, got %s", which,
                list->items[i]->kind == NODE_MAP ? "an empty one"
                                                 : node_got(matrix->arena, list->items[i]));
            good = false;
        }
    }
    return good;
}

/* --- exclude --- */

static bool matrix_knows(struct matrix *matrix, const struct node *entry)
{
    const char *names[MATRIX_DIMENSIONS_MAX + 1] = {NULL};
    for (size_t i = 0; i < matrix->dimensions_len; i++) {
        names[i] = (const char *)matrix->dimensions[i].key->text.data;
    }
    for (size_t i = 0; i < entry->len; i++) {
        if (matrix_find(matrix, entry->keys[i]) == matrix->dimensions_len) {
            const char *name = (const char *)entry->keys[i]->text.data;
            tell_error(matrix->tell, entry->keys[i], tell_nearest(matrix->tell, name, names),
                "the matrix has no dimension '%.100s'", name);
            return false;
        }
    }
    return true;
}

static bool matrix_exclude(struct matrix *matrix, const struct node *list)
{
    bool good = true;
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const struct node *entry = list->items[i];
        size_t left = 0;
        if (!matrix_knows(matrix, entry)) {
            good = false;
            continue;
        }
        for (size_t j = 0; j < matrix->cells_len; j++) {
            if (!matrix_fits(matrix, entry, &matrix->cells[j])) {
                matrix->cells[left++] = matrix->cells[j];
            }
        }
        if (left == matrix->cells_len) {
            tell_warning(matrix->tell, entry, NULL, "this excludes no cell");
        }
        matrix->cells_len = left;
    }
    return good;
}

/* --- include --- */

/* Later entries overwrite what earlier ones added, never a dimension. */
static void matrix_add(struct matrix *matrix, struct matrix_raw *cell, const struct node *entry)
{
    for (size_t i = 0; i < entry->len; i++) {
        size_t at = 0;
        if (matrix_find(matrix, entry->keys[i]) < matrix->dimensions_len) {
            continue;
        }
        while (
            at < cell->added_len && !span_equal(cell->added_keys[at]->text, entry->keys[i]->text)) {
            at++;
        }
        matrix->work += at;
        if (at == cell->added_len) {
            cell->added_keys = arena_push(
                matrix->arena, cell->added_keys, at, sizeof *cell->added_keys);
            cell->added = arena_push(matrix->arena, cell->added, at, sizeof *cell->added);
            cell->added_len++;
        }
        cell->added_keys[at] = entry->keys[i];
        cell->added[at] = entry->items[i];
    }
}

static bool matrix_include(struct matrix *matrix, const struct node *list)
{
    size_t combined = matrix->cells_len;
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const struct node *entry = list->items[i];
        bool extended = false;
        for (size_t j = 0; j < combined && matrix->work <= MATRIX_WORK_MAX; j++) {
            if (matrix_fits(matrix, entry, &matrix->cells[j])) {
                matrix_add(matrix, &matrix->cells[j], entry);
                extended = true;
            }
        }
        if (!extended) {
            matrix->cells[matrix->cells_len++] = (struct matrix_raw){.own = entry};
        }
    }
    if (matrix->work > MATRIX_WORK_MAX) {
        tell_error(matrix->tell, list, "write the cells as several cases",
            "to compare all entries with all cells takes too long");
        return false;
    }
    return true;
}

/* --- combinations --- */

static bool matrix_too_many(struct matrix *matrix, const struct node *map, size_t cells)
{
    if (cells > SCENARIO_CELLS_MAX) {
        tell_error(matrix->tell, map,
            "take fewer values, or several cases with a part of them each",
            "the matrix has more than %d cells", SCENARIO_CELLS_MAX);
    }
    return cells > SCENARIO_CELLS_MAX;
}

/* The first dimension turns slowest. Behind the cells is room for `more`. */
static bool matrix_combine(struct matrix *matrix, const struct node *map, size_t more)
{
    size_t cells = matrix->dimensions_len == 0 ? 0 : 1;
    for (size_t i = 0; i < matrix->dimensions_len; i++) {
        cells *= matrix->dimensions[i].len;
        if (matrix_too_many(matrix, map, cells)) {
            return false;
        }
    }
    matrix->cells = arena_alloc(matrix->arena, (cells + more) * sizeof *matrix->cells);
    matrix->cells_len = cells;
    for (size_t i = 0; i < cells; i++) {
        size_t rest = i;
        matrix->cells[i].values = arena_alloc(
            matrix->arena, matrix->dimensions_len * sizeof *matrix->cells[i].values);
        for (size_t j = matrix->dimensions_len; j > 0; j--) {
            const struct matrix_dimension *dimension = &matrix->dimensions[j - 1];
            matrix->cells[i].values[j - 1] = dimension->values[rest % dimension->len];
            rest /= dimension->len;
        }
    }
    return true;
}

/* --- labels --- */

static void matrix_label_text(struct span text, struct buf *out)
{
    size_t shown = text.len < MATRIX_LABEL_MAX ? text.len : MATRIX_LABEL_MAX;
    for (size_t i = 0; i < shown; i++) {
        char c = text_lower((char)text.data[i]);
        bool plain = (c >= 'a' && c <= 'z') || text_is_digit(c) || strchr("._+-:@", c) != NULL;
        buf_append_byte(out, plain && c != 0 ? text.data[i] : '_');
    }
    buf_append_text(out, text.len == 0 ? "empty" : "");
}

/* Appends how a value is called; false where it has no name. */
static bool matrix_label_value(const struct node *value, struct buf *out)
{
    const struct node *id = node_get(value, "id");
    value = id != NULL ? id : value;
    if (value->kind == NODE_SCALAR) {
        matrix_label_text(value->text, out);
        return true;
    }
    bool good = value->kind == NODE_LIST;
    for (size_t i = 0; good && i < value->len; i++) {
        good = value->items[i]->kind == NODE_SCALAR && value->items[i]->text.len > 0;
        buf_append_text(out, good && i > 0 ? "+" : "");
        if (good) {
            matrix_label_text(value->items[i]->text, out);
        }
    }
    buf_append_text(out, good && value->len == 0 ? "none" : "");
    return good;
}

static bool matrix_label_entry(struct matrix *matrix, const struct node *key,
    const struct node *value, bool must, struct buf *out)
{
    size_t before = out->len;
    buf_printf(
        out, "%s%.*s=", before > 1 ? "," : "", (int)key->text.len, (const char *)key->text.data);
    bool good = matrix_label_value(value, out);
    if (!good) {
        out->len = before;
    }
    if (!good && must) {
        tell_error(matrix->tell, value, "write {id: NAME, ...}",
            "a value that is %s needs an `id`: it names the cell",
            value->kind == NODE_MAP ? "a map" : "a list of such");
    }
    return good;
}

/* A cell of its own: by its `id`, else by the dimensions that it has, else by all that has a name.
 */
static bool matrix_label_own(struct matrix *matrix, const struct node *entry, struct buf *out)
{
    const struct node *id = node_get(entry, "id");
    bool good = true, any = false;
    if (id != NULL && matrix_find(matrix, entry->keys[node_find(entry, SPAN_LITERAL("id"))]) ==
                          matrix->dimensions_len) {
        return matrix_label_value(id, out);
    }
    for (size_t i = 0; i < matrix->dimensions_len; i++) {
        size_t at = node_find(entry, matrix->dimensions[i].key->text);
        if (at < entry->len) {
            any = true;
            good = matrix_label_entry(matrix, entry->keys[at], entry->items[at], true, out) && good;
        }
    }
    for (size_t i = 0; !any && i < entry->len; i++) {
        (void)matrix_label_entry(matrix, entry->keys[i], entry->items[i], false, out);
    }
    if (good && out->len <= 1) {
        tell_error(matrix->tell, entry, "give it an `id`", "nothing here names the cell");
        good = false;
    }
    return good;
}

static bool matrix_label(
    struct matrix *matrix, const struct matrix_raw *cell, const char **ret_label)
{
    struct buf label;
    bool good = true;
    buf_init(&label, 65536);
    buf_append_byte(&label, '[');
    if (cell->own != NULL) {
        good = matrix_label_own(matrix, cell->own, &label);
    }
    for (size_t i = 0; cell->own == NULL && i < matrix->dimensions_len; i++) {
        good = matrix_label_entry(
                   matrix, matrix->dimensions[i].key, cell->values[i], true, &label) &&
               good;
    }
    buf_append_byte(&label, ']');
    *ret_label = arena_strdup(matrix->arena, buf_text(&label));
    buf_done(&label);
    return good;
}

/* --- the cells --- */

static const struct node *matrix_values(
    struct matrix *matrix, const struct node *map, const struct matrix_raw *cell)
{
    if (cell->own != NULL) {
        return cell->own;
    }
    size_t len = matrix->dimensions_len + cell->added_len;
    const struct node **keys = arena_alloc(matrix->arena, len * sizeof *keys);
    const struct node **items = arena_alloc(matrix->arena, len * sizeof *items);
    for (size_t i = 0; i < len; i++) {
        bool is_dimension = i < matrix->dimensions_len;
        size_t at = is_dimension ? i : i - matrix->dimensions_len;
        keys[i] = is_dimension ? matrix->dimensions[at].key : cell->added_keys[at];
        items[i] = is_dimension ? cell->values[at] : cell->added[at];
    }
    return node_map_new(matrix->arena, map, keys, items, len);
}

static int matrix_compare(const void *a, const void *b)
{
    const struct matrix_cell *x = *(const struct matrix_cell *const *)a;
    const struct matrix_cell *y = *(const struct matrix_cell *const *)b;
    return strcmp(x->label, y->label);
}

static bool matrix_check_labels(
    struct matrix *matrix, const struct node *map, const struct matrix_cell *cells, size_t len)
{
    const struct matrix_cell **sorted = arena_alloc(matrix->arena, len * sizeof *sorted);
    for (size_t i = 0; i < len; i++) {
        sorted[i] = &cells[i];
    }
    qsort(sorted, len, sizeof *sorted, matrix_compare);
    for (size_t i = 1; i < len; i++) {
        if (strcmp(sorted[i]->label, sorted[i - 1]->label) == 0) {
            tell_error(matrix->tell, map, "leave one out, or name values by an `id`",
                "two cells are called %.200s", sorted[i]->label);
            return false;
        }
    }
    return true;
}

bool matrix_cells(struct arena *arena, struct tell *tell, const struct node *map,
    struct matrix_cell **ret, size_t *ret_len)
{
    struct matrix matrix = {.arena = arena, .tell = tell};
    const struct node *exclude, *include;
    if (map->kind != NODE_MAP) {
        tell_error(tell, map, NULL, "`matrix` is a map of lists, got %s", node_got(arena, map));
        return false;
    }
    bool good = matrix_dimensions(&matrix, map);
    good = matrix_entries(&matrix, map, "exclude", &exclude) && good;
    good = matrix_entries(&matrix, map, "include", &include) && good;
    size_t more = good && include != NULL ? include->len : 0;
    if (!good || !matrix_combine(&matrix, map, more) || !matrix_exclude(&matrix, exclude) ||
        !matrix_include(&matrix, include) || matrix_too_many(&matrix, map, matrix.cells_len)) {
        return false;
    }
    if (matrix.cells_len == 0) {
        tell_error(tell, map, NULL, "the matrix has no cell");
        return false;
    }
    struct matrix_cell *cells = arena_alloc(arena, matrix.cells_len * sizeof *cells);
    for (size_t i = 0; i < matrix.cells_len; i++) {
        good = matrix_label(&matrix, &matrix.cells[i], &cells[i].label) && good;
        cells[i].values = matrix_values(&matrix, map, &matrix.cells[i]);
    }
    *ret = cells;
    *ret_len = matrix.cells_len;
    return good && matrix_check_labels(&matrix, map, cells, matrix.cells_len);
}
