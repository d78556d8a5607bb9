/** A line of a log, as Logs Insights finds its fields. */
export type Line = Readonly<Record<string, unknown>>;

type Row = Record<string, unknown>;
type Step = (rows: Row[]) => Row[];

/**
 * Runs a query of CloudWatch Logs Insights on lines of JSON. Supports `filter` with `=`, `in` and `and`, `fields`, `sort`, `limit`, and `stats` with
 * `max`, `min`, `count` and `by`.
 *
 * @throws Error for everything else
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export function runQuery(query: string, lines: readonly Line[]): Row[] {
  const steps = query.trim().split(/\s*\n\s*\|\s*/).map(stepOf);
  return steps.reduce<Row[]>((rows, step) => step(rows), lines.map((line) => flat(line)));
}

function stepOf(text: string): Step {
  const [, command, rest] = /^(\w+) ([^]*)$/.exec(text) ?? [];
  switch (command) {
    case 'filter': return filter(rest);
    case 'fields': return fields(rest);
    case 'stats': return stats(rest);
    case 'sort': return sort(rest);
    case 'limit': return (rows) => rows.slice(0, Number(rest));
    default: throw unsupported(text);
  }
}

function filter(text: string): Step {
  const conditions = text.split(' and ').map((condition) => {
    const [, field, operator, operand] = /^([@\w.]+) (=|in) (.+)$/.exec(condition) ?? [];
    if (!field) throw unsupported(condition);
    const wanted: unknown[] = [JSON.parse(operand) as unknown].flat();
    if (operator === '=' && /^\[/.test(operand)) throw unsupported(condition);
    return (row: Row) => wanted.includes(row[field]);
  });
  return (rows) => rows.filter((row) => conditions.every((condition) => condition(row)));
}

function fields(text: string): Step {
  const names = text.split(/\s*,\s*/).map(nameIn);
  return (rows) => rows.map((row) => Object.fromEntries(names.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]]))));
}

function stats(text: string): Step {
  const [, aggregated, by] = /^(.+) by ([\w.]+)$/.exec(text) ?? [];
  if (!by) throw unsupported(text);
  const columns = aggregated.split(/\s*,\s*/).map((column) => {
    const [, operation, field, alias] = /^(max|min|count)\(([\w.]*)\) as (\w+)$/.exec(column) ?? [];
    if (!operation) throw unsupported(column);
    return { operation, field, alias };
  });
  return (rows) => [...new Set(rows.map((row) => row[by]))].map((value) => {
    const group = rows.filter((row) => row[by] === value);
    const aggregates = columns.map(({ operation, field, alias }) => [alias, aggregate(operation, group.map((row) => row[field]))]);
    return { [by]: value, ...Object.fromEntries(aggregates) as Row };
  });
}

function aggregate(operation: string, values: unknown[]): number | undefined {
  if (operation === 'count') return values.length;
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length ? Math[operation as 'max' | 'min'](...numbers) : undefined;
}

function sort(text: string): Step {
  const [, field, order] = /^([@\w.]+) (asc|desc)$/.exec(text) ?? [];
  if (!field) throw unsupported(text);
  const sign = order === 'asc' ? 1 : -1;
  return (rows) => [...rows].sort((a, b) => sign * (Number(a[field] ?? -Infinity) - Number(b[field] ?? -Infinity)));
}

function nameIn(text: string): string {
  if (!/^[@\w.]+$/.test(text)) throw unsupported(text);
  return text;
}

/** Nested fields have names such as `ms.total`. */
function flat(line: Line, prefix = ''): Row {
  return Object.fromEntries(Object.entries(line).flatMap(([name, value]) => (typeof value === 'object' && value !== null
    ? Object.entries(flat(value as Line, `${prefix}${name}.`))
    : [[prefix + name, value]])));
}

function unsupported(text: string): Error {
  return new Error(`the query must have only what is supported, got: ${text}`);
}
