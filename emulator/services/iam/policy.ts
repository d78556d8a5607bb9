/** A statement of a policy document, as in templates. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Principal?: '*' | Record<string, string | string[]>;
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

/** A request to authorize. The keys of `context` are condition keys. */
export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

type Operator = (actual: string | undefined, wanted: string[]) => boolean;

const is = (matches: (pattern: string, actual: string) => boolean): Operator =>
  (actual, wanted) => actual !== undefined && wanted.some((pattern) => matches(pattern, actual));
const isNot = (matches: (pattern: string, actual: string) => boolean): Operator => (actual, wanted) => !is(matches)(actual, wanted);
const equal = (pattern: string, actual: string) => String(pattern) === actual;
const equalInAnyCase = (pattern: string, actual: string) => pattern.toLowerCase() === actual.toLowerCase();

/** The condition operators that the emulator evaluates. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: is(equal),
  StringNotEquals: isNot(equal),
  StringEqualsIgnoreCase: is(equalInAnyCase),
  StringNotEqualsIgnoreCase: isNot(equalInAnyCase),
  StringLike: is(like),
  StringNotLike: isNot(like),
  ArnEquals: is(arnLike),
  ArnLike: is(arnLike),
  ArnNotEquals: isNot(arnLike),
  ArnNotLike: isNot(arnLike),
  Bool: is(equal),
  Null: (actual, wanted) => wanted.map(String).includes(String(actual === undefined)),
};

/** Whether the statements allow the request: at least one allows it, and none denies it. */
export function allows(statements: readonly Statement[], access: AccessRequest): boolean {
  const matching = statements.filter((statement) => applies(statement, access));
  return matching.some(({ Effect }) => Effect === 'Allow') && matching.every(({ Effect }) => Effect !== 'Deny');
}

/** The statements for a principal, such as `Service` `cloudfront.amazonaws.com`. */
export function forPrincipal(statements: readonly Statement[], kind: string, name: string): Statement[] {
  return statements.filter(({ Principal }) => isPublic(Principal) || list(Object(Principal)[kind]).includes(name));
}

/** Whether a principal is everyone, including services: `*` and `{ "AWS": "*" }` are the same. */
export function isPublic(principal: Statement['Principal']): boolean {
  return principal === '*' || list(principal?.AWS).includes('*');
}

/** Matches a pattern: `*` matches any characters, `?` exactly one. */
export function like(pattern: string, value: string): boolean {
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(value);
}

/** Matches ARNs part by part: `*` does not match colons, except in the last part, the resource. */
export function arnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const [wanted, actual] = [partsOf(pattern), partsOf(arn)];
  return wanted.length === actual.length && wanted.every((part, i) => like(part, actual[i]));
}

/** The six parts of an ARN, the last of which may contain colons. Other strings have fewer parts. */
function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...parts.length > 5 ? [parts.slice(5).join(':')] : []];
}

function applies(statement: Statement, { action, resource, context = {} }: AccessRequest): boolean {
  const name = action.toLowerCase();
  const actionMatches = statement.NotAction
    ? !list(statement.NotAction).some((pattern) => like(pattern.toLowerCase(), name))
    : list(statement.Action).some((pattern) => like(pattern.toLowerCase(), name));
  const resourceMatches = statement.NotResource
    ? !list(statement.NotResource).some((pattern) => arnLike(pattern, resource))
    : list(statement.Resource).some((pattern) => arnLike(pattern, resource));
  return actionMatches && resourceMatches && conditionsHold(statement, context);
}

function conditionsHold({ Effect, Condition = {} }: Statement, context: Readonly<Record<string, string>>): boolean {
  const keys = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(Condition).every(([operator, conditions]) => {
    const optional = operator.endsWith('IfExists');
    const holds = OPERATORS[operator.replace(/IfExists$/, '')];
    // An unknown condition must never grant access.
    if (!holds) return Effect === 'Deny';
    return Object.entries(conditions).every(([key, wanted]) => {
      const actual = keys.get(key.toLowerCase());
      return (optional && actual === undefined) || holds(actual, list(wanted));
    });
  });
}

function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
