#!/bin/sh
# shellcheck source=samples.sh
. "$(dirname "$0")/samples.sh"

scenario() {
    put scenarios/area/a-case.yaml <<'TEXT'
# A comment.
version: 1
name: A case
requirement: >
  What is tested.
spec: [rfc3207#4.2]
covers: [STL-02, AUT-41] # both
cases:
  - id: first-1.2
    covers: [EHL-01]
  - {id: second, covers: [RPL-99]}
  - id: third
    covers:
      - EHL-02
    expect: {outcome: sent}
TEXT
}

sound_tree() {
    scenario
}

edited() { # WHAT SED-EXPRESSION TEXT
    sed "$2" "$tree/scenarios/area/a-case.yaml" | put new
    mv "$tree/new" "$tree/scenarios/area/a-case.yaml"
    broken "$1" "$3"
}

sound_tree
sound 'a sound tree'
sound_tree
echo 'version: 1' | put scenarios/area/_shared.yaml
sound 'a file for others to include'
echo 'server: {}' | put scenarios/area/_shared.yaml
broken 'such a file without version' 'scenarios/area/_shared.yaml:1: version is missing'
for key in version name requirement spec; do
    edited "a file without $key" "s/^$key:/#&/" "scenarios/area/a-case.yaml:1: $key is missing"
done
edited 'another version' 's/^version: 1/version: 2/' 'a-case.yaml:2: version: 1 is wanted'
edited 'a tab' 's/^  - id: first/\t- id: first/' 'a-case.yaml:9: a tab'
edited 'blanks at the end' 's/^cases:/&  /' 'a-case.yaml:8: blanks'
edited 'an id in capitals' 's/third/Third/' 'a-case.yaml:12: the id "Third"'
edited 'an id with a blank' 's/third/the third/' 'the id "the third"'
edited 'an id in braces' 's/id: second/id: second_one/' 'a-case.yaml:11: the id "second_one"'
edited 'a catalogue id too long' 's/AUT-41/AUT-411/' 'a-case.yaml:7: covers "AUT-411"'
edited 'a catalogue id in small letters' 's/EHL-01/ehl-01/' 'a-case.yaml:10: covers "ehl-01"'
edited 'a catalogue id in braces' 's/RPL-99/RPL99/' 'a-case.yaml:11: covers "RPL99"'
edited 'a catalogue id in a list over lines' 's/EHL-02/EHL-2/' 'a-case.yaml:14: covers "EHL-2"'
edited 'an empty list' 's/\[EHL-01\]/[]/' 'a-case.yaml:10: covers nothing'
mv "$tree/scenarios/area" "$tree/scenarios/An area"
broken 'a folder with a blank' 'the path has other characters'
mv "$tree/scenarios/area/a-case.yaml" "$tree/scenarios/area/a-case.yml"
broken 'the other ending' 'does not end in .yaml'
finish
