# SPDX-License-Identifier: MIT
"""The part of JSON Schema 2020-12 that our schemas use, and no more.

faults(schema, value) lists what is wrong; a keyword it does not know raises,
so that no rule is silently ignored.
"""
import re

_TYPES = {"object": dict, "array": list, "string": str, "null": type(None),
          "boolean": bool, "integer": int, "number": (int, float)}
_SILENT = {"$schema", "$id", "$defs", "title", "description", "then", "else",
           "default", "examples"}


def faults(schema, value):
    return list(_check(schema, schema, value, "$"))


def _is(kind, value):
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _check(root, schema, value, at):
    if schema is True:
        return
    if schema is False:
        yield f"{at}: not allowed"
        return
    for word, rule in schema.items():
        if word in _SILENT:
            continue
        check = _KEYWORDS[word]
        yield from check(root, schema, rule, value, at)


def _ref(root, _schema, rule, value, at):
    target = root
    for part in rule.removeprefix("#/").split("/"):
        target = target[part]
    yield from _check(root, target, value, at)


def _type(_root, _schema, rule, value, at):
    kinds = rule if isinstance(rule, list) else [rule]
    if not any(_is(kind, value) for kind in kinds):
        yield f"{at}: {value!r} is not {' or '.join(kinds)}"


def _enum(_root, _schema, rule, value, at):
    if value not in rule:
        yield f"{at}: {value!r} is not one of {rule}"


def _const(_root, _schema, rule, value, at):
    if value != rule or type(value) is not type(rule):
        yield f"{at}: {value!r} is not {rule!r}"


def _pattern(_root, _schema, rule, value, at):
    if isinstance(value, str) and not re.search(rule, value):
        yield f"{at}: {value!r} does not match {rule}"


def _minimum(_root, _schema, rule, value, at):
    if _is("number", value) and value < rule:
        yield f"{at}: {value} is below {rule}"


def _maximum(_root, _schema, rule, value, at):
    if _is("number", value) and value > rule:
        yield f"{at}: {value} is above {rule}"


def _required(_root, _schema, rule, value, at):
    if isinstance(value, dict):
        yield from (f"{at}: lacks {name}" for name in rule
                    if name not in value)


def _properties(root, schema, rule, value, at):
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if name in rule:
            yield from _check(root, rule[name], item, f"{at}.{name}")


def _additional(root, schema, rule, value, at):
    if not isinstance(value, dict):
        return
    for name in value.keys() - schema.get("properties", {}).keys():
        yield from _check(root, rule, value[name], f"{at}.{name}")


def _items(root, _schema, rule, value, at):
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _check(root, rule, item, f"{at}[{i}]")


def _any_of(root, _schema, rule, value, at):
    tries = [list(_check(root, option, value, at)) for option in rule]
    if all(tries):
        yield from tries[0]


_KEYWORDS = {"$ref": _ref, "type": _type, "enum": _enum, "const": _const,
             "pattern": _pattern, "minimum": _minimum, "maximum": _maximum,
             "required": _required, "properties": _properties,
             "additionalProperties": _additional, "items": _items,
             "anyOf": _any_of}
