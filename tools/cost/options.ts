import { existsSync } from 'node:fs';
import { PRICE_LIST } from './prices';
import { ASSUMED, type Usage } from './usage';
import { COST_VARIANTS, type VariantName, isVariant } from './variants';
import { parseArguments, UsageError } from '../../cli/command';
import { LONGEST_REQUEST_SECONDS } from '../../src/contract/limits';

const DEFAULT_REPLIES = 10_000;
const DEFAULT_SECONDS = 20;
const MOST = 1e9;

const VARIANT_LINES = Object.entries(COST_VARIANTS).map(([name, { title }]) => `                       ${name.padEnd(14)} ${title}`).join('\n');

export const USAGE = `Estimates the monthly cost of a deployment in US dollars, from its synthesized template and the prices in ${PRICE_LIST.region}.

Usage: npx projen cost [-- <options>]

  --replies <n>        Chat replies per month (default: ${DEFAULT_REPLIES}).
  --seconds <n>        Duration of a reply (default: ${DEFAULT_SECONDS}).
  --users <n>          Users per month (default: one per ${ASSUMED.repliesPerUser} replies).
  --variant <name>        The variant to deploy (default: default):
${VARIANT_LINES}
  --template <file>    Another synthesized template instead, such as cdk.out/Chat.template.json.
  --free-tier          Subtract the free tier of CloudFront and Lambda that does not expire.
  --json               Print one JSON object.
  --readme             Update the table in README.md instead.
  --help               Show this.
`;

const OPTIONS = {
  'replies': { type: 'string' },
  'seconds': { type: 'string' },
  'users': { type: 'string' },
  'variant': { type: 'string' },
  'template': { type: 'string' },
  'free-tier': { type: 'boolean', default: false },
  'json': { type: 'boolean', default: false },
  'readme': { type: 'boolean', default: false },
} as const;

export interface Options {
  readonly json: boolean;
  readonly readme: boolean;
  readonly variant: VariantName;
  readonly template?: string;
  readonly usage: Usage;
}

/** @throws UsageError */
export function parseOptions(args: string[]): Options {
  const { values } = parseArguments(args, { options: OPTIONS });
  const { variant = 'default' } = values;
  if (!isVariant(variant)) throw new UsageError(`--variant must be one of ${Object.keys(COST_VARIANTS).join(', ')}, got: ${variant}`);
  if (values.variant && values.template) throw new UsageError('specify only one of --variant, --template');
  if (values.template !== undefined && !existsSync(values.template)) throw new UsageError(`--template must exist, got: ${values.template}`);
  const replies = number('replies', values.replies, DEFAULT_REPLIES, { most: MOST, whole: true });
  return {
    json: values.json,
    readme: values.readme,
    variant,
    template: values.template,
    usage: {
      replies,
      seconds: number('seconds', values.seconds, DEFAULT_SECONDS, { most: LONGEST_REQUEST_SECONDS, whole: false }),
      users: number('users', values.users, usersFor(replies), { most: MOST, whole: true }),
      freeTier: values['free-tier'],
    },
  };
}

export function usersFor(replies: number): number {
  return Math.ceil(replies / ASSUMED.repliesPerUser);
}

function number(name: string, given: string | undefined, byDefault: number, { most, whole }: { most: number; whole: boolean }): number {
  if (given === undefined) return byDefault;
  const value = given.trim() === '' ? NaN : Number(given);
  if (value >= 0 && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(`--${name} must be a ${whole ? 'whole ' : ''}number from 0 to ${most}, got: ${given}`);
}
