/** A parsed expression of metric math. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'all'; readonly of: 'MAX' | 'MIN' | 'SUM' }
  | { readonly kind: 'binary'; readonly operator: '+' | '-' | '*' | '/'; readonly left: Expression; readonly right: Expression };

type Values = Readonly<Record<string, number | undefined>>;

const PRECEDENCE = [['+', '-'], ['*', '/']] as const;

/**
 * Parses numbers, ids, `+ - * /`, parentheses, and `MAX(METRICS())`, `MIN(METRICS())`, `SUM(METRICS())`.
 *
 * @throws Error for unknown ids, and for any other expression, which the emulator does not support
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function parseExpression(text: string, ids: readonly string[]): Expression {
  const tokens = text.match(/(?:MAX|MIN|SUM)\(METRICS\(\)\)|\d+(?:\.\d+)?|[a-z]\w*|[-+*/()]|\S/g) ?? [];
  let at = 0;
  const unexpected = (): never => {
    throw new Error(`the emulator does not support the expression ${text}, at: ${tokens[at] ?? 'its end'}`);
  };
  const level = (depth: number): Expression => {
    if (depth === PRECEDENCE.length) return operand();
    let left = level(depth + 1);
    for (;;) {
      const operator = PRECEDENCE[depth].find((candidate) => candidate === tokens[at]);
      if (!operator) return left;
      at += 1;
      left = { kind: 'binary', operator, left, right: level(depth + 1) };
    }
  };
  const operand = (): Expression => {
    const token = tokens[at] ?? unexpected();
    at += 1;
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
    if (/^[A-Z]/.test(token)) return { kind: 'all', of: token.slice(0, 3) as 'MAX' };
    if (ids.includes(token)) return { kind: 'id', id: token };
    at -= token === '(' ? 0 : 1;
    if (token !== '(') return unexpected();
    const inner = level(0);
    if (tokens[at] !== ')') return unexpected();
    at += 1;
    return inner;
  };
  const expression = level(0);
  return at === tokens.length ? expression : unexpected();
}

/** As on CloudWatch, undefined after a division by zero, or if a metric has no value. */
export function evaluate(expression: Expression, values: Values): number | undefined {
  switch (expression.kind) {
    case 'number': return expression.value;
    case 'id': return values[expression.id];
    case 'all': return ofAll(expression.of, Object.values(values).filter((value) => value !== undefined));
    case 'binary': {
      const [left, right] = [evaluate(expression.left, values), evaluate(expression.right, values)];
      return left === undefined || right === undefined ? undefined : calculated(left, expression.operator, right);
    }
  }
}

function ofAll(of: 'MAX' | 'MIN' | 'SUM', values: readonly number[]): number | undefined {
  if (!values.length) return undefined;
  return of === 'SUM' ? values.reduce((total, value) => total + value, 0) : Math[of === 'MAX' ? 'max' : 'min'](...values);
}

function calculated(left: number, operator: string, right: number): number | undefined {
  switch (operator) {
    case '+': return left + right;
    case '-': return left - right;
    case '*': return left * right;
    default: return right === 0 ? undefined : left / right;
  }
}
