"""One section of a .sql file, from its `-- name:` line to the next -> one Query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from plainbase.dialect import Dialect
from plainbase.sqlfile import lexer, optional_lines
from plainbase.sqlfile.columns import keys
from plainbase.sqlfile.header import Name, Notes, is_header
from plainbase.sqlfile.lexer import Token
from plainbase.sqlfile.query import Kind, Query
from plainbase.sqlfile.statement import Body, Problem, Statement, compile_statement, mixed_roles, unbalanced

_NO_CODE = frozenset({lexer.COMMENT, lexer.BLOCK, lexer.OPEN})
_LIKE_HEADER = re.compile(r"^[ \t]*-{2,}[ \t]*name[ \t]*:", re.MULTILINE)
_TRANSACTION_CONTROL = frozenset({"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"})
_NAME = re.compile(r"[A-Za-z_]\w*")
_USUAL_KINDS = frozenset(
    {lexer.WORD, lexer.PUNCTUATION, lexer.OPERATOR, lexer.PARAM, lexer.STRING, lexer.NUMBER, lexer.QUOTED}
)
# Whatever the two dialects cut differently.
_DIFFERS = re.compile(r"[eE]'|\$|`|\[|/\*|\r(?!\n)")


@dataclass(slots=True)
class Section:
    """The tokens of one section; `comments` are all of them, `header` those before the SQL."""

    code: list[Token] = field(default_factory=list)
    comments: list[Token] = field(default_factory=list)
    header: list[Token] = field(default_factory=list)
    unclosed: Token | None = None
    end: int = 0


def begins_line(text: str, offset: int) -> bool:
    """Tell whether nothing but blanks stands before `offset` on its line."""
    return not text[text.rfind("\n", 0, offset) + 1 : offset].strip(" \t\ufeff")


def read(text: str, start: int, dialect: Dialect, *, named: bool = True) -> Section:
    """Cut the section that begins at `start`; `end` is where the next `-- name:` line begins."""
    section = Section(end=len(text))
    code, comments = section.code, section.comments
    for token in lexer.tokens(text, dialect, start):
        kind = token[0]
        if kind not in _NO_CODE:
            code.append(token)
        elif kind != lexer.OPEN:
            if named and kind == lexer.COMMENT and is_header(token.text) and begins_line(text, token.start):
                section.end = token.start
                break
            comments.append(token)
            if not code and kind == lexer.COMMENT:
                section.header.append(token)
        else:
            section.unclosed = _culprit(section, token)
            following = _LIKE_HEADER.search(text, section.unclosed.start)
            section.end = following.start() if named and following else len(text)
            break
    return section


def _culprit(section: Section, unclosed: Token) -> Token:
    """Return the token to blame: the first that swallows a header, else the one that is not closed."""
    for token in sorted([*section.code, *section.comments], key=lambda token: token.start):
        if "\n" in token.text and _LIKE_HEADER.search(token.text):
            return token
    return unclosed


def unclosed_problem(token: Token) -> Problem:
    """Say that a string, quoted name or comment is not closed."""
    kind = "comment" if token.text.startswith("/*") else "quoted name" if token.text[0] in '"`[' else "string"
    return Problem(token.start, f"the {kind} that begins here is never closed")


def reads_differently(text: str, section: Section, dialect: Dialect, start: int) -> Problem | None:
    """Report a section in which the other dialect finds other parameters or other ends of statements."""
    if not _DIFFERS.search(text, start, section.end):
        return None
    other = next(each for each in Dialect if each is not dialect)
    theirs = read(text[: section.end], start, other)
    ours = [token[2:] for token in section.code if token.kind == lexer.PARAM or token.text == ";"]
    others = [token[2:] for token in theirs.code if token.kind == lexer.PARAM or token.text == ";"]
    if ours == others and theirs.unclosed is None:
        return None
    offsets = {span[0] for span in set(ours).symmetric_difference(others)}
    if theirs.unclosed is not None:
        offsets.add(theirs.unclosed.start)
    return Problem(
        min(offsets),
        f"reads differently on {other} (quotes, brackets or comments); fork the query, or mark it `-- only:`",
    )


def build(
    text: str, section: Section, name: Name, notes: Notes, *, query: str, where: str, dialect: Dialect
) -> tuple[Query | None, list[Problem]]:
    """Check and compile one section."""
    is_script = name.kind is Kind.SCRIPT
    engine = notes.only or dialect
    code, stop, problems = _one_statement(section, is_script)
    if not code:
        return None, problems
    start = min(token.start for token in (*code[:1], *(c for c in section.comments if c.kind == lexer.BLOCK)))
    line = text.count("\n", 0, start) + 1
    line_end = text.find("\n", stop, section.end)
    parameters = tuple(dict.fromkeys([token.text[1:] for token in code if token.kind == lexer.PARAM]))
    if not _USUAL_KINDS.issuperset([token.kind for token in code]) or not all(map(_NAME.fullmatch, parameters)):
        problems.extend(_stray(code))
    body = Body(
        text,
        start,
        code[-1].end,
        code,
        keys(code),
        engine,
        query,
        where,
        line,
        MappingProxyType(notes.parameters),
        MappingProxyType(notes.results),
    )
    groups = optional_lines.NO_GROUPS
    statements: tuple[Statement, ...] = ()
    if is_script:
        problems.extend(_script_parameters(code))
        parameters = ()
    problems.extend(_names_agree(name, notes, parameters, code[0].start))
    if not is_script:
        problems.extend(_transaction_control(code[0]))
        groups, found = _groups(body, section, notes, lenient=not name.worded)
        problems.extend(found)
        if not problems:
            statements, found = _compile(body, groups)
            problems.extend(found)
    if problems:
        return None, problems
    runs = engine is dialect
    return Query(
        name=query,
        kind=name.kind,
        doc=notes.doc,
        where=where,
        source=text[start : line_end if line_end >= 0 else section.end].rstrip(),
        dialect=dialect,
        parameters=parameters,
        defaults=MappingProxyType(notes.defaults),
        groups=groups.names,
        extras=MappingProxyType(groups.extras),
        results=MappingProxyType(notes.results),
        nulls=MappingProxyType(notes.nulls),
        only=notes.only,
        scan=notes.scan,
        declared=name.declared,
        notes=MappingProxyType(notes.others),
        statements=statements if runs else (),
        script=text[start:stop] if is_script and runs else "",
    ), []


def _transaction_control(first: Token) -> list[Problem]:
    word = first.text.upper()
    if word not in _TRANSACTION_CONTROL:
        return []
    return [Problem(first.start, f"{word} is no query; use `async with db.transaction()`")]


def _one_statement(section: Section, is_script: bool) -> tuple[list[Token], int, list[Problem]]:
    """Return the code of the statement without its `;`, where the text ends with it, and what is wrong."""
    code = section.code
    if all(token.text == ";" for token in code):
        offset = section.header[0].start if section.header else code[0].start if code else -1
        return [], 0, [Problem(offset, "the statement is empty")]
    if is_script:
        return code, code[-1].end, []
    ends = [index for index, token in enumerate(code) if token.text == ";"]
    if ends and _is_compound(code):
        ends = [index for index in ends if code[index - 2].text == ";" and code[index - 1].text.upper() == "END"]
    if not ends:
        return code, code[-1].end, []
    for token in code[ends[0] + 1 :]:
        if token.text != ";":
            problem = "a second statement begins here; only a :script holds several"
            return code[: ends[0]], code[ends[0]].end, [Problem(token.start, problem)]
    if not ends[0]:
        return [], 0, [Problem(code[0].start, "the statement is empty")]
    return code[: ends[0]], code[ends[0]].end, []


def _is_compound(code: Sequence[Token]) -> bool:
    """Tell whether the statement holds others: a trigger of SQLite, a function of PostgreSQL with BEGIN ATOMIC."""
    if code[0].text.upper() != "CREATE":
        return False
    words = [token.text.upper() for token in code if token.kind == lexer.WORD]
    return ("TRIGGER" in words[:3] and "BEGIN" in words) or "ATOMIC" in words


def _stray(code: Sequence[Token]) -> Iterator[Problem]:
    """Report what the engine would take for a parameter and we do not, and the reverse."""
    inside = 0
    for index, token in enumerate(code):
        kind = token.kind
        if kind == lexer.PARAM:
            if not _NAME.fullmatch(token.text[1:]):
                yield Problem(token.start, f"{token.text!r}: a parameter's name is letters, digits and underscores")
        elif kind == lexer.PLACEHOLDER:
            yield Problem(token.start, f"{token.text!r} is no parameter; write parameters as :name")
        elif kind == lexer.COLON and not inside:
            word = code[index + 1].text if index + 1 < len(code) else ""
            yield Problem(
                token.start, f"':{word}' is no parameter: its name begins with a letter, and no word touches its colon"
            )
        elif token.text == "[":
            inside += 1
        elif token.text == "]":
            inside -= 1


def _script_parameters(code: Sequence[Token]) -> Iterator[Problem]:
    for token in code:
        if token.kind == lexer.PARAM:
            yield Problem(token.start, f"a script takes no parameters, here is {token.text!r}")


def _names_agree(name: Name, notes: Notes, parameters: Sequence[str], offset: int) -> Iterator[Problem]:
    """Hold the list after the name and the defaults against the parameters in the text."""
    for default in notes.defaults:
        if default not in parameters:
            yield Problem(notes.offsets[default], f"-- defaults: there is no parameter {default!r}")
    for typed in notes.parameters:
        if typed not in parameters:
            yield Problem(notes.offsets[f"parameter {typed}"], f"-- parameter: there is no parameter {typed!r}")
    if name.declared is not None:
        for parameter in parameters:
            if parameter not in name.declared:
                yield Problem(offset, f"parameter {parameter!r} is missing in the list after the query's name")
        for parameter in name.declared:
            if parameter not in parameters:
                yield Problem(offset, f"parameter {parameter!r} of the list after the query's name is not used")


def _groups(
    body: Body, section: Section, notes: Notes, *, lenient: bool
) -> tuple[optional_lines.Groups, list[Problem]]:
    """Find and check the optional lines; a doc of aiosql's (`lenient`) may begin with any word."""
    comments = [
        comment
        for comment in section.comments
        if not lenient or body.code[0].start < comment.start < body.end or optional_lines.is_marker(comment)
    ]
    problems = list(optional_lines.false_markers(comments))
    lines = optional_lines.find(body.text, section.code, comments)
    if not lines:
        return optional_lines.NO_GROUPS, problems
    problems.extend(optional_lines.check(lines, section.code, section.comments, notes.defaults))
    groups = optional_lines.group(lines, section.code, notes.defaults)
    if len(groups.names) > optional_lines.MOST_GROUPS:
        surplus = lines[optional_lines.MOST_GROUPS].marker.start
        message = f"{len(groups.names)} groups of optional lines; at most {optional_lines.MOST_GROUPS} are compiled"
        problems.append(Problem(surplus, message))
    return groups, problems


def _compile(body: Body, groups: optional_lines.Groups) -> tuple[tuple[Statement, ...], list[Problem]]:
    """Compile every combination of the groups."""
    problem = unbalanced(body.code) or mixed_roles(body)
    if problem:
        return (), [problem]
    statements = []
    for mask in range(1 << len(groups.names)):
        removed = [line for index, lines in enumerate(groups.lines) if not mask >> index & 1 for line in lines]
        compiled = compile_statement(body, sorted(removed))
        if isinstance(compiled, Problem):
            return (), [compiled]
        statements.append(compiled)
    return tuple(statements), []
