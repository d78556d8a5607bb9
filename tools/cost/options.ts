import { existsSync } from 'node:fs';
import { COST_FORMS, type FormName, isForm } from './forms';
import { PRICE_LIST } from './prices';
import { ASSUMED, type Usage } from './usage';
import { parseArguments, UsageError } from '../../cli/command';
import { LONGEST_REQUEST_SECONDS } from '../../src/contract/limits';

const DEFAULT_ANSWERS = 10_000;
const DEFAULT_SECONDS = 20;
const MOST = 1e9;

const FORM_LINES = Object.entries(COST_FORMS).map(([name, { title }]) => `                       ${name.padEnd(14)} ${title}`).join('\n');

export const USAGE = `Estimates the monthly cost of a deployment in US dollars, from its synthesized template and the prices in ${PRICE_LIST.region}.

Usage: npx projen cost [-- <options>]

  --answers <n>        Chat replies per month (default: ${DEFAULT_ANSWERS}).
  --seconds <n>        Duration of a reply (default: ${DEFAULT_SECONDS}).
  --users <n>          Users per month (default: one per ${ASSUMED.answersPerUser} replies).
  --form <name>        The variant to deploy (default: default):
${FORM_LINES}
  --template <file>    Another synthesized template instead, such as cdk.out/Chat.template.json.
  --free-tier          Subtract the free tier of CloudFront and Lambda that does not expire.
  --json               Print one JSON object.
  --readme             Update the table in README.md instead.
  --help               Show this.
`;

const OPTIONS = {
  'answers': { type: 'string' },
  'seconds': { type: 'string' },
  'users': { type: 'string' },
  'form': { type: 'string' },
  'template': { type: 'string' },
  'free-tier': { type: 'boolean', default: false },
  'json': { type: 'boolean', default: false },
  'readme': { type: 'boolean', default: false },
} as const;

export interface Options {
  readonly json: boolean;
  readonly readme: boolean;
  readonly form: FormName;
  readonly template?: string;
  readonly usage: Usage;
}

/** @throws UsageError */
export function parseOptions(args: string[]): Options {
  const { values } = parseArguments(args, { options: OPTIONS });
  const { form = 'default' } = values;
  if (!isForm(form)) throw new UsageError(`--form must be one of ${Object.keys(COST_FORMS).join(', ')}, got: ${form}`);
  if (values.form && values.template) throw new UsageError('--form and --template exclude each other');
  if (values.template !== undefined && !existsSync(values.template)) throw new UsageError(`--template must exist, got: ${values.template}`);
  const answers = number('answers', values.answers, DEFAULT_ANSWERS, { most: MOST, whole: true });
  return {
    json: values.json,
    readme: values.readme,
    form,
    template: values.template,
    usage: {
      answers,
      seconds: number('seconds', values.seconds, DEFAULT_SECONDS, { most: LONGEST_REQUEST_SECONDS, whole: false }),
      users: number('users', values.users, usersFor(answers), { most: MOST, whole: true }),
      freeTier: values['free-tier'],
    },
  };
}

export function usersFor(answers: number): number {
  return Math.ceil(answers / ASSUMED.answersPerUser);
}

function number(name: string, given: string | undefined, byDefault: number, { most, whole }: { most: number; whole: boolean }): number {
  if (given === undefined) return byDefault;
  const value = given.trim() === '' ? NaN : Number(given);
  if (value >= 0 && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(`--${name} must be a ${whole ? 'whole ' : ''}number from 0 to ${most}, got: ${given}`);
}
