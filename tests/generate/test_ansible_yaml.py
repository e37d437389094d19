"""Playbooks read like a person's: blocks, short lines, an empty line between plays and between tasks."""

import yaml

from toolkit.generate.ansible_yaml import dump, dump_plays

TASKS = [
    {"name": "One", "ansible.builtin.apt": {"name": ["a", "b"], "install_recommends": False}},
    {"name": "Two", "ansible.builtin.stat": {"path": "/x"}, "register": "found"},
]
PLAYS = [{"name": "First", "hosts": "all", "tasks": TASKS}, {"name": "Second", "hosts": "web", "roles": ["web"]}]
TEXT = """\
- name: First
  hosts: all
  tasks:
    - name: One
      ansible.builtin.apt:
        name:
          - a
          - b
        install_recommends: false

    - name: Two
      ansible.builtin.stat:
        path: /x
      register: found

- name: Second
  hosts: web
  roles:
    - web
"""


def test_plays_and_tasks_stand_apart() -> None:
    assert dump_plays(PLAYS) == TEXT
    assert yaml.safe_load(TEXT) == PLAYS


def test_a_playbook_without_plays() -> None:
    assert dump_plays([]) == "[]\n"


def test_expressions_are_quoted_as_people_quote_them() -> None:
    play = {"when": "'web' in group_names", "list": "{{ query('vars', 'a') }}", "plain": "it's", "both": "'a' \"b\" \\"}
    text = dump(play)
    assert yaml.safe_load(text) == play
    assert text.splitlines()[:3] == [
        "when: \"'web' in group_names\"",
        "list: \"{{ query('vars', 'a') }}\"",
        "plain: it's",
    ]
