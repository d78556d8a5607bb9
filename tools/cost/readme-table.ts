import { costOf, totalOf } from './cost-of';
import { COST_FORMS, type FormName, templateOfForm } from './forms';
import { usersFor } from './options';
import { PRICE_LIST } from './prices';

const BEGIN = '<!-- cost:begin -->';
const END = '<!-- cost:end -->';
const SECONDS = 20;
const ANSWERS = [1_000, 10_000, 100_000];

/** What README says of cost: what each form costs a month, at rest and with more and more answers, and what one answer does. */
export function readmeTable(): string {
  const head = `| US dollars a month, ${PRICE_LIST.region} | at rest | ${ANSWERS.map((n) => `${n.toLocaleString('en-US')} answers`).join(' | ')} |`;
  const rows = (Object.keys(COST_FORMS) as FormName[]).map((name) => {
    const template = templateOfForm(name);
    const totals = ANSWERS.map((answers) => totalOf(costOf(template, { answers, seconds: SECONDS, users: usersFor(answers), freeTier: false })));
    return `| ${[COST_FORMS[name].title, totals[0].atRest, ...totals.map(({ atRest, use }) => atRest + use)].map(cell).join(' | ')} |`;
  });
  return [head, `|---|${'---:|'.repeat(ANSWERS.length + 1)}`, ...rows, '', ...perAnswer()].join('\n');
}

function perAnswer(): string[] {
  const answers = 10_000;
  const price = (seconds: number) => {
    const lines = costOf(templateOfForm('default'), { answers, seconds, users: usersFor(answers), freeTier: false });
    return (totalOf(lines).use / answers).toFixed(4);
  };
  return [
    `For answers of ${SECONDS} s, at about $${price(SECONDS)} each; one of 60 s takes $${price(60)}. Users who open the page are counted in, the model and a MongoDB`,
    'or Redis of yours are not.',
  ];
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
