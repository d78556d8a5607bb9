import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { COST_FORMS, type FormName, isForm } from './forms';
import { PRICE_LIST } from './prices';
import { ASSUMED, type Usage } from './usage';
import { LONGEST_REQUEST_SECONDS } from '../../src/contract/limits';

const DEFAULT_ANSWERS = 10_000;
const DEFAULT_SECONDS = 20;
const MOST = 1e9;

const FORM_LINES = Object.entries(COST_FORMS).map(([name, { title }]) => `                       ${name.padEnd(14)} ${title}`).join('\n');

export const USAGE = `Estimates what a deployment costs a month, in US dollars, out of its synthesized template and the prices of ${PRICE_LIST.region}.

Usage: npx projen cost [-- <options>]

  --answers <n>        Answers in a month (default: ${DEFAULT_ANSWERS}).
  --seconds <n>        How long the model takes for one (default: ${DEFAULT_SECONDS}).
  --users <n>          People who open the page (default: one for each ${ASSUMED.answersPerUser} answers).
  --form <name>        What is deployed (default: default):
${FORM_LINES}
  --template <file>    A template of yours instead, such as cdk.out/Chat.template.json.
  --free-tier          Take off what AWS gives each account for ever, of CloudFront and Lambda.
  --json               One JSON object, for machines.
  --readme             Renew the table in README.md, and nothing else.
  --help               Show this.
`;

/** The command line cannot be understood: the answer is the usage and exit code 2. */
export class UsageError extends Error {}

/** What the command line asks for. */
export interface Options {
  readonly help: boolean;
  readonly json: boolean;
  readonly readme: boolean;
  readonly form: FormName;
  readonly template?: string;
  readonly usage: Usage;
}

export function parseOptions(args: string[]): Options {
  const { values } = parse(args);
  const form = values.form ?? 'default';
  if (!isForm(form)) throw new UsageError(`--form must be one of ${Object.keys(COST_FORMS).join(', ')}, got: ${form}`);
  if (values.form && values.template) throw new UsageError('--form and --template exclude each other');
  if (values.template !== undefined && !existsSync(values.template)) throw new UsageError(`--template must exist, got: ${values.template}`);
  const answers = number('answers', values.answers, DEFAULT_ANSWERS, { most: MOST, whole: true });
  return {
    help: values.help ?? false,
    json: values.json ?? false,
    readme: values.readme ?? false,
    form,
    template: values.template,
    usage: {
      answers,
      seconds: number('seconds', values.seconds, DEFAULT_SECONDS, { most: LONGEST_REQUEST_SECONDS, whole: false }),
      users: number('users', values.users, usersFor(answers), { most: MOST, whole: true }),
      freeTier: values['free-tier'] ?? false,
    },
  };
}

export function usersFor(answers: number): number {
  return Math.ceil(answers / ASSUMED.answersPerUser);
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      // projen hands on the dashes that end its own options.
      args: args[0] === '--' ? args.slice(1) : args,
      options: {
        'answers': text,
        'seconds': text,
        'users': text,
        'form': text,
        'template': text,
        'free-tier': flag,
        'json': flag,
        'readme': flag,
        'help': flag,
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function number(name: string, given: string | undefined, byDefault: number, { most, whole }: { most: number; whole: boolean }): number {
  if (given === undefined) return byDefault;
  const value = given.trim() === '' ? NaN : Number(given);
  if (value >= 0 && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(`--${name} must be a ${whole ? 'whole ' : ''}number from 0 to ${most}, got: ${given}`);
}
