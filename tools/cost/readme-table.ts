import { costOf, totalOf } from './cost-of';
import { COST_FORMS, type FormName, templateOfForm } from './forms';
import { usersFor } from './options';
import { PRICE_LIST } from './prices';

const BEGIN = '<!-- cost:begin -->';
const END = '<!-- cost:end -->';
const SECONDS = 20;
const ANSWERS = [1_000, 10_000, 100_000];

/** The table of README: what each form costs a month, at rest and with more and more answers. */
export function readmeTable(): string {
  const head = `| US dollars a month, ${PRICE_LIST.region} | at rest | ${ANSWERS.map((n) => `${n.toLocaleString('en-US')} answers`).join(' | ')} |`;
  const rows = (Object.keys(COST_FORMS) as FormName[]).map((name) => {
    const template = templateOfForm(name);
    const totals = ANSWERS.map((answers) => totalOf(costOf(template, { answers, seconds: SECONDS, users: usersFor(answers), freeTier: false })));
    return `| ${[COST_FORMS[name].title, totals[0].atRest, ...totals.map(({ atRest, use }) => atRest + use)].map(cell).join(' | ')} |`;
  });
  return [head, `|---|${'---:|'.repeat(ANSWERS.length + 1)}`, ...rows].join('\n');
}

/**
 * A text with this table between its markers.
 *
 * @throws Error where the markers are missing
 */
export function withTable(text: string, table = readmeTable()): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md must have a table between ${BEGIN} and ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`;
}

/** Whole dollars, and cents where they matter. */
function cell(value: string | number): string {
  if (typeof value === 'string') return value;
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US');
}
