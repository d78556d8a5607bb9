/** Whether a line of a log matches a pattern. */
export type Matches = (line: string) => boolean;

type Condition = (event: unknown) => boolean;

const TOKENS = /\s*(&&|\|\||[()]|\$(?:\.[\w-]+|\[\d+\])+|!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|[\w.:*/-]+)/y;

/**
 * Parses a filter pattern: words and phrases, all of which a line must contain; or `{ … }` with comparisons of strings, with `*` at their ends,
 * and of numbers, with `&&`, `||` and parentheses.
 *
 * @throws Error if CloudWatch Logs rejects the pattern, or the emulator does not support it: regular expressions, `?term`, `-term`,
 * space-delimited patterns, `IS`, `EXISTS`, and wildcards as selectors
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 */
export function parseFilterPattern(pattern: string): Matches {
  const text = pattern.trim();
  if (!text.startsWith('{')) return terms(text);
  if (!text.endsWith('}')) throw unsupported(pattern);
  const condition = parseCondition(text.slice(1, -1), pattern);
  return (line) => {
    const event = parsed(line);
    return event !== undefined && condition(event);
  };
}

function terms(pattern: string): Matches {
  const found = pattern.match(/"[^"]*"|\S+/g) ?? [];
  // Only letters, digits and underscores are allowed without quotes.
  if (!found.every((term) => /^("[^"\\]+"|\w+)$/.test(term))) throw unsupported(pattern);
  const wanted = found.map((term) => term.replace(/^"|"$/g, ''));
  return (line) => wanted.every((term) => line.includes(term));
}

function parseCondition(text: string, pattern: string): Condition {
  const tokens = tokensOf(text, pattern);
  let at = 0;
  const take = (): string => tokens[at++] ?? '';
  const any = (): Condition => {
    const parts = [all()];
    while (tokens[at] === '||' && take()) parts.push(all());
    return (event) => parts.some((part) => part(event));
  };
  const all = (): Condition => {
    const parts = [unit()];
    while (tokens[at] === '&&' && take()) parts.push(unit());
    return (event) => parts.every((part) => part(event));
  };
  const unit = (): Condition => {
    if (tokens[at] !== '(') return comparison(take(), take(), take(), pattern);
    take();
    const inner = any();
    if (take() !== ')') throw unsupported(pattern);
    return inner;
  };
  const condition = any();
  if (at !== tokens.length) throw unsupported(pattern);
  return condition;
}

function tokensOf(text: string, pattern: string): string[] {
  const tokens: string[] = [];
  TOKENS.lastIndex = 0;
  while (text.slice(TOKENS.lastIndex).trim()) {
    const token = TOKENS.exec(text)?.[1];
    if (token === undefined) throw unsupported(pattern);
    tokens.push(token);
  }
  return tokens;
}

function comparison(selector: string, operator: string, operand: string, pattern: string): Condition {
  if (!selector.startsWith('$')) throw unsupported(pattern);
  const path = selector.match(/[\w-]+/g) ?? [];
  if (/^-?\d+(\.\d+)?$/.test(operand)) {
    const compare = NUMERIC[operator];
    if (!compare) throw unsupported(pattern);
    return (event) => {
      const value = valueAt(event, path);
      // A field that is not a number is unequal to every number.
      return typeof value === 'number' ? compare(value, Number(operand)) : operator === '!=' && value !== undefined;
    };
  }
  if (!(operator === '=' || operator === '!=') || !/^("|[\w.:*/-]+$)/.test(operand)) throw unsupported(pattern);
  const matches = wildcard(operand.startsWith('"') ? operand.slice(1, -1).replace(/\\(.)/g, '$1') : operand, pattern);
  return (event) => {
    const value = valueAt(event, path);
    return typeof value === 'string' && matches(value) === (operator === '=');
  };
}

const NUMERIC: Readonly<Record<string, (value: number, operand: number) => boolean>> = {
  '=': (value, operand) => value === operand,
  '!=': (value, operand) => value !== operand,
  '<': (value, operand) => value < operand,
  '<=': (value, operand) => value <= operand,
  '>': (value, operand) => value > operand,
  '>=': (value, operand) => value >= operand,
};

function wildcard(text: string, pattern: string): (value: string) => boolean {
  const [, before, inner, after] = /^(\*?)([^*]*)(\*?)$/.exec(text) ?? [];
  if (inner === undefined) throw unsupported(pattern);
  if (before && after) return (value) => value.includes(inner);
  if (before) return (value) => value.endsWith(inner);
  return after ? (value) => value.startsWith(inner) : (value) => value === inner;
}

/** The value at a path of a JSON event. */
export function valueAt(event: unknown, path: readonly string[]): unknown {
  return path.reduce((value, name) => (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined), event);
}

function parsed(line: string): unknown {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null ? event : undefined;
  } catch {
    return undefined;
  }
}

function unsupported(pattern: string): Error {
  return new Error(`the emulator does not support the filter pattern ${pattern}`);
}
