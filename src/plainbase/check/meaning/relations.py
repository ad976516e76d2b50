"""What the words of a statement mean: the rows that each SELECT gives, through CTEs, subqueries, UNIONs and views."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlglot import exp

from plainbase.check.catalog import Catalog, Table
from plainbase.check.meaning.expressions import may_be_null, within
from plainbase.check.meaning.parsing import Unreadable, assignments, limit_of, parse
from plainbase.check.meaning.scopes import ONE_ROW, Relation, Scope, Source
from plainbase.dialect import Dialect

_SETS = {
    *("jsonb_array_elements", "jsonb_array_elements_text", "jsonb_object_keys", "jsonb_path_query", "jsonb_each"),
    *("json_array_elements", "json_array_elements_text", "json_object_keys", "json_each", "jsonb_each_text"),
    *("regexp_matches", "regexp_split_to_table", "string_to_table", "generate_subscripts", "unnest"),
}
_JSON_EACH = ("key", "value", "type", "atom", "id", "parent", "fullkey", "path")
_NO_JSON_NULLS = {"type", "id", "fullkey", "path"}


class Reader:
    """Reads statements of one dialect over the tables of a catalog."""

    def __init__(self, catalog: Catalog, dialect: Dialect) -> None:
        self.catalog = catalog
        self.dialect = dialect
        self._tables: dict[str, Relation] = {}

    def fold(self, identifier: exp.Expr) -> str:
        """Return the name that an identifier stands for; SQLite does not tell case apart."""
        quoted = self.dialect is Dialect.POSTGRES and identifier.args.get("quoted")
        return identifier.name if quoted else identifier.name.lower()

    def same(self, name: str, folded: str) -> bool:
        """Tell whether a name of the catalog is the one that an identifier stands for."""
        return name == folded or (self.dialect is Dialect.SQLITE and name.lower() == folded)

    def name(self, expression: exp.Expr) -> str:
        """Return the name of a result column; of one that was given none what the engine makes of it, nearly."""
        if isinstance(expression, exp.Alias):
            return self.fold(expression.args["alias"])
        if isinstance(expression, exp.Column):
            return self.fold(expression.this)
        if self.dialect is Dialect.POSTGRES and isinstance(expression, exp.Func):
            return expression.name.lower() if isinstance(expression, exp.Anonymous) else expression.sql_name().lower()
        return expression.sql(self.dialect.value, normalize_functions="lower")

    def relation(
        self, tree: exp.Expr, ctes: Mapping[str, Relation], outer: Scope | None, *, limited: bool = True
    ) -> Relation:
        """Read what gives rows, as if it had no LIMIT of its own where that is asked; raises Unreadable."""
        ctes = {**ctes, **self._ctes(tree, ctes, outer)}
        match tree:
            case exp.Subquery():
                relation = self.relation(tree.this, ctes, outer)
            case exp.Select():
                relation = self._select(tree, ctes, outer)
            case exp.SetOperation():
                branches = [self.relation(each, ctes, outer) for each in (tree.this, tree.expression)]
                relation = self._set_operation(tree, branches)
            case exp.Values():
                relation = self._values(tree, Scope(self, ctes, outer))
            case exp.Insert() | exp.Update() | exp.Delete() | exp.Merge():
                return self._changed(tree, ctes, outer)
            case _:
                raise Unreadable(f"{tree.key.upper()} is not analysed")
        return self._limited(tree, relation) if limited else relation

    def source(self, node: exp.Expr, scope: Scope) -> tuple[Relation, tuple[exp.Expr, ...]]:
        """Read what stands in a FROM; beside it, the expressions of earlier sources that its rows depend on."""
        alias = node.args.get("alias")
        names = [self.fold(each.this if isinstance(each, exp.ColumnDef) else each) for each in _columns_of(alias)]
        called = self.fold(alias.this) if alias is not None and alias.args.get("this") is not None else ""
        if isinstance(node, exp.Lateral):
            return self._lateral(node, names, called, scope)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            key = self.fold(node.this)
            schema = self.fold(node.args["db"]) if node.args.get("db") else ""
            if schema not in ("", "public", "main"):  # the catalog holds what stands without its schema
                return Relation((), complete=False).renamed(names), ()
            known = scope.ctes.get(key) if not schema else None
            return (known or self.table(key)).renamed(names), ()
        if isinstance(node, exp.Subquery | exp.Values):
            # What stands beside it is not seen from within, only what stands outside of both.
            return self.relation(node, scope.ctes, scope.outer).renamed(names), ()
        return _function(node, names, called), (node.this if isinstance(node, exp.Table) else node,)

    def table(self, name: str) -> Relation:
        """Read a table of the catalog; a view is seen through, as far as its definition can be read."""
        if name not in self._tables:
            found = self.catalog.tables.get(name) or next(
                (each for each in self.catalog.tables.values() if each.name.lower() == name.lower()), None
            )
            self._tables[name] = Relation((), complete=False) if found is None else self._of_catalog(found)
        return self._tables[name]

    def _of_catalog(self, table: Table) -> Relation:
        view = None
        if table.view:
            try:
                view = self._view(table.view)
            except Unreadable:
                view = None
        named = str.lower if self.dialect is Dialect.SQLITE else str
        columns = tuple(
            (named(name), not column.required and (view is None or view.nullable(named(name))))
            for name, column in table.columns.items()
        )
        keys = tuple(frozenset(map(named, key)) for key in {table.primary_key, *table.unique} if key)
        implied = tuple(
            (frozenset(map(named, some)), frozenset(map(named, others))) for some, others in self._implied(table)
        )
        return Relation(columns, keys, implied, table.name, view)

    def _implied(self, table: Table) -> Iterator[tuple[list[str], tuple[str, ...]]]:
        """Which columns settle the rest of a foreign key: those that are a key by themselves where it points to."""
        for columns, name, targets, *_ in table.references:
            other = self.catalog.tables.get(name)
            if other is not None and all(table.columns[column].required for column in columns):
                for key in {other.primary_key, *other.unique}:
                    if key and set(key) < set(targets):
                        yield (
                            [column for column, target in zip(columns, targets, strict=True) if target in key],
                            columns,
                        )

    def _view(self, text: str) -> Relation:
        tree = parse(text, self.dialect)
        if not isinstance(tree, exp.Create):
            return self.relation(tree, {}, None)
        names = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
        return self.relation(tree.expression, {}, None).renamed(map(self.fold, names))

    def _ctes(self, tree: exp.Expr, ctes: Mapping[str, Relation], outer: Scope | None) -> dict[str, Relation]:
        found: dict[str, Relation] = {}
        with_ = tree.args.get("with_")
        if with_ is None:
            return found
        for cte in with_.expressions:
            name = self.fold(cte.args["alias"].this)
            names = [self.fold(each) for each in _columns_of(cte.args["alias"])]
            body = cte.this
            recursive = isinstance(body, exp.SetOperation) and any(
                self.fold(table.this) == name for table in body.expression.find_all(exp.Table) if not table.db
            )
            if recursive and (with_.recursive or self.dialect is Dialect.SQLITE):
                found[name] = self._recursive(body, name, names, {**ctes, **found}, outer)
            else:
                found[name] = self.relation(body, {**ctes, **found}, outer).renamed(names)
        return found

    def _recursive(
        self,
        body: exp.SetOperation,
        name: str,
        names: list[str],
        ctes: Mapping[str, Relation],
        outer: Scope | None,
    ) -> Relation:
        """Read a recursive CTE: a column may be NULL where the first branch or any later round may give one."""
        ctes = {**ctes, **self._ctes(body, ctes, outer)}
        columns = self.relation(body.this, ctes, outer).renamed(names).columns
        while True:
            again = self.relation(body.expression, {**ctes, name: Relation(columns)}, outer).columns
            wider = tuple((own, null or more) for (own, null), (_, more) in zip(columns, again, strict=True))
            if wider == columns:
                return Relation(columns)
            columns = wider

    def _select(self, select: exp.Select, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        scope = Scope(self, ctes, outer)
        from_ = select.args.get("from_")
        if from_ is not None:
            added = scope.add(from_.this)
            for join in select.args.get("joins") or ():
                added += scope.join(join, added)
            for lateral in select.args.get("laterals") or ():
                added += scope.add(lateral)
        where = select.args.get("where")
        scope.conclude(where.this if where is not None else None)
        scope.outputs = tuple(scope.expand(select.expressions))
        scope.group(select)
        distinct = select.args.get("distinct")
        if distinct is not None and distinct.args.get("on"):
            on = distinct.args["on"]
            scope.distinct_on = tuple(on.expressions) if isinstance(on, exp.Tuple) else (on.unnest(),)
        columns = tuple((each.name, may_be_null(each.expression, scope)) for each in scope.outputs)
        many = any(_returns_set(part) for each in scope.outputs for part in within(each.expression))
        alone = not many and (scope.groups == () or (from_ is None and scope.groups is None))
        sure = alone and not (where is not None and from_ is None) and not select.args.get("having")
        return Relation(columns, ONE_ROW if alone else (), scope=scope, one_row=sure)

    def _set_operation(self, tree: exp.SetOperation, branches: list[Relation]) -> Relation:
        left, right = branches
        if len(left.columns) != len(right.columns):
            raise Unreadable("the branches of a UNION differ in their columns")
        if isinstance(tree, exp.Union):
            both = zip(left.columns, right.columns, strict=True)
            return Relation(tuple((name, null or other) for (name, null), (_, other) in both), branches=(left, right))
        return Relation(left.columns, branches=(left,), subset=True)

    def _values(self, values: exp.Values, scope: Scope) -> Relation:
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in values.expressions]
        columns = tuple(
            (f"column{number + 1}", any(may_be_null(row[number], scope) for row in rows))
            for number in range(min(map(len, rows)))
        )
        return Relation(columns, ONE_ROW if len(rows) == 1 else (), one_row=len(rows) == 1)

    def _limited(self, tree: exp.Expr, relation: Relation) -> Relation:
        limit = limit_of(tree)
        if limit is None and tree.args.get("offset") is None:
            return relation
        return replace(relation, keys=ONE_ROW if limit == 1 else relation.keys, one_row=False)

    def _changed(
        self, tree: exp.Insert | exp.Update | exp.Delete | exp.Merge, ctes: Mapping[str, Relation], outer: Scope | None
    ) -> Relation:
        """Read what RETURNING gives: of the target, its rows as the statement leaves them."""
        scope = Scope(self, ctes, outer)
        scope.changes = True
        target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        own = scope.add(target)[0]
        one_row = False
        if isinstance(tree, exp.Insert):
            one_row = self._insert(tree, scope, scope.sources[own])
        elif isinstance(tree, exp.Merge):
            scope.sources[scope.add(tree.args["using"])[0]].absent = True
        else:
            from_ = tree.args.get("from_")
            for other in [from_.this] if from_ is not None else tree.args.get("using") or ():
                scope.add(other)
            where = tree.args.get("where")
            scope.conclude(where.this if where is not None else None)
            if isinstance(tree, exp.Update):
                scope.sources[own].assigned = self._assigned(tree, scope, own)
        returning = tree.args.get("returning")
        scope.outputs = tuple(scope.expand(returning.expressions if returning is not None else ()))
        columns = tuple((each.name, may_be_null(each.expression, scope)) for each in scope.outputs)
        return Relation(columns, ONE_ROW if one_row else (), scope=scope)

    def _insert(self, tree: exp.Insert, scope: Scope, target: Source) -> bool:
        """Note which columns the new rows are sure to fill; tell whether there is one row at most."""
        rows = tree.expression
        if rows is None:
            return True
        given = self.relation(rows, scope.ctes, scope.outer)
        conflict = tree.args.get("conflict")
        if conflict is None or not conflict.expressions:  # else the row may be an older one
            for name, (_, nullable) in zip(self.inserted(tree, target.relation), given.columns, strict=False):
                if not nullable:
                    target.filled.add(name)
        return given.keys == ONE_ROW

    def inserted(self, tree: exp.Insert, target: Relation) -> list[str]:
        """Return the columns that an INSERT gives values for."""
        if isinstance(tree.this, exp.Schema):
            return [self.fold(each) for each in tree.this.expressions]
        return [name for name, _ in target.columns]

    def _assigned(self, tree: exp.Update, scope: Scope, own: str) -> dict[str, bool]:
        """Whether each column that an UPDATE sets, or that is computed from others, may be NULL afterwards."""
        relation = scope.sources[own].relation
        table = self.catalog.tables.get(relation.table)
        computed = [name for name, column in table.columns.items() if column.computed] if table else []
        found = {name: relation.nullable(name) for name in computed}
        for column, value in assignments(tree.expressions):
            name = self.fold(column.this)
            found[name] = relation.nullable(name) and (value is None or may_be_null(value, scope))
        return found

    def _lateral(
        self, node: exp.Lateral, names: list[str], called: str, scope: Scope
    ) -> tuple[Relation, tuple[exp.Expr, ...]]:
        inner = node.this
        if isinstance(inner, exp.Subquery):
            return self.relation(inner, scope.ctes, scope).renamed(names), (inner,)
        return _function(inner, names, called), (inner,)


def _returns_set(expression: exp.Expr) -> bool:
    """Tell whether a function in a SELECT gives a row for each of its values."""
    if isinstance(expression, exp.Anonymous):
        return expression.name.lower() in _SETS
    return isinstance(expression, exp.Unnest | exp.Explode | exp.GenerateSeries | exp.ExplodingGenerateSeries)


def _function(node: exp.Expr, names: list[str], called: str) -> Relation:
    """What a function in a FROM gives."""
    function = node.this if isinstance(node, exp.Table) else node
    name = function.name.lower() if isinstance(function, exp.Anonymous) else function.key
    if name in ("json_each", "json_tree"):
        columns = tuple((each, each not in _NO_JSON_NULLS) for each in _JSON_EACH)
        settling = ["id", "key"] if name == "json_each" else ["id"]  # a key is NULL in the only row of a scalar
        implied = tuple((frozenset({each}), frozenset(_JSON_EACH)) for each in settling)
        return Relation(columns, implied=implied).renamed(names)
    series = isinstance(function, exp.GenerateSeries | exp.ExplodingGenerateSeries)
    numbered = node.args.get("offset") or node.args.get("ordinality")
    columns = tuple((each, not series) for each in names or ([called] if called else []))
    if not columns:
        return Relation((), complete=False)
    if isinstance(node.args.get("offset"), exp.Identifier):
        columns += ((node.args["offset"].name.lower(), False),)
    elif numbered and len(names) > 1:
        columns = (*columns[:-1], (columns[-1][0], False))
    elif numbered:
        columns += (("ordinality", False),)
    keyed = [columns[-1][0]] if numbered else [columns[0][0]] if series else []
    return Relation(columns, tuple(frozenset({each}) for each in keyed))


def _columns_of(alias: exp.Expr | None) -> list[exp.Expr]:
    return list(alias.args.get("columns") or ()) if alias is not None else []
