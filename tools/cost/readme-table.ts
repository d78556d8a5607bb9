import { costOf, totalOf } from './cost-of';
import { usersFor } from './options';
import { PRICE_LIST } from './prices';
import { COST_VARIANTS, type VariantName, templateOfVariant } from './variants';

const BEGIN = '<!-- cost:begin -->';
const END = '<!-- cost:end -->';
const SECONDS = 20;
const REPLIES = [1_000, 10_000, 100_000];

/** The cost section of README: monthly cost of each variant, idle and for several numbers of replies, and the cost of a reply. */
export function readmeTable(): string {
  const head = `| US dollars a month, ${PRICE_LIST.region} | idle | ${REPLIES.map((n) => `${n.toLocaleString('en-US')} replies`).join(' | ')} |`;
  const rows = (Object.keys(COST_VARIANTS) as VariantName[]).map((name) => {
    const template = templateOfVariant(name);
    const totals = REPLIES.map((replies) => totalOf(costOf(template, { replies, seconds: SECONDS, users: usersFor(replies), freeTier: false })));
    return `| ${[COST_VARIANTS[name].title, totals[0].idle, ...totals.map(({ idle, use }) => idle + use)].map(cell).join(' | ')} |`;
  });
  return [head, `|---|${'---:|'.repeat(REPLIES.length + 1)}`, ...rows, '', ...perReply()].join('\n');
}

function perReply(): string[] {
  const replies = 10_000;
  const price = (seconds: number) => {
    const lines = costOf(templateOfVariant('default'), { replies, seconds, users: usersFor(replies), freeTier: false });
    return (totalOf(lines).use / replies).toFixed(4);
  };
  return [
    `A reply of ${SECONDS} s costs about $${price(SECONDS)}, one of 60 s $${price(60)}, page loads included. The model is not included, nor are an existing VPC,`,
    'MongoDB or Redis.',
  ];
}

/**
 * Replaces the table between the markers in a text.
 *
 * @throws Error if a marker is missing
 */
export function withTable(text: string, table = readmeTable()): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md must have a table between ${BEGIN} and ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`;
}

/** Whole dollars; with one decimal below 10. */
function cell(value: string | number): string {
  if (typeof value === 'string') return value;
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US');
}
