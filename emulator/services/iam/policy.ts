/** A statement of a policy document, as templates write it. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Principal?: '*' | Record<string, string | string[]>;
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

/** What is asked: may somebody do this to that? Keys of `context` are condition keys. */
export interface Question {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

const OPERATORS: Record<string, (actual: string | undefined, wanted: string[]) => boolean> = {
  StringEquals: (actual, wanted) => actual !== undefined && wanted.includes(actual),
  StringNotEquals: (actual, wanted) => actual === undefined || !wanted.includes(actual),
  StringLike: (actual, wanted) => actual !== undefined && wanted.some((pattern) => like(pattern, actual)),
  StringNotLike: (actual, wanted) => actual === undefined || !wanted.some((pattern) => like(pattern, actual)),
  ArnEquals: (actual, wanted) => actual !== undefined && wanted.some((pattern) => like(pattern, actual)),
  ArnLike: (actual, wanted) => actual !== undefined && wanted.some((pattern) => like(pattern, actual)),
  Bool: (actual, wanted) => actual !== undefined && wanted.map(String).includes(actual),
};

/** Whether the statements allow it: one must allow, and none may deny. */
export function allows(statements: readonly Statement[], question: Question): boolean {
  const matching = statements.filter((statement) => applies(statement, question));
  return matching.some(({ Effect }) => Effect === 'Allow') && matching.every(({ Effect }) => Effect !== 'Deny');
}

/** The statements that speak of a principal, such as `Service` `cloudfront.amazonaws.com`. */
export function forPrincipal(statements: readonly Statement[], kind: string, name: string): Statement[] {
  return statements.filter(({ Principal }) => {
    if (Principal === '*') return true;
    const names = list(Principal?.[kind]);
    return names.includes(name) || (kind === 'AWS' && names.includes('*'));
  });
}

/** Matches with `*` for any characters and `?` for one. */
export function like(pattern: string, value: string): boolean {
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(value);
}

function applies(statement: Statement, { action, resource, context = {} }: Question): boolean {
  const name = action.toLowerCase();
  const actionMatches = statement.NotAction
    ? !list(statement.NotAction).some((pattern) => like(pattern.toLowerCase(), name))
    : list(statement.Action).some((pattern) => like(pattern.toLowerCase(), name));
  const resourceMatches = statement.NotResource
    ? !list(statement.NotResource).some((pattern) => like(pattern, resource))
    : list(statement.Resource).some((pattern) => like(pattern, resource));
  return actionMatches && resourceMatches && conditionsHold(statement, context);
}

function conditionsHold({ Effect, Condition = {} }: Statement, context: Readonly<Record<string, string>>): boolean {
  const keys = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(Condition).every(([operator, conditions]) => {
    const optional = operator.endsWith('IfExists');
    const holds = OPERATORS[operator.replace(/IfExists$/, '')];
    // What is not understood must never open a door.
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
