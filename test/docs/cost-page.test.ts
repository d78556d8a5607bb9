import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, totalOf } from '../../tools/cost/cost-of';
import { type FormName, templateOfForm } from '../../tools/cost/forms';
import type { CostLine } from '../../tools/cost/line';
import { parseOptions } from '../../tools/cost/options';
import { dollars } from '../../tools/cost/report';

const page = readFileSync(join(__dirname, '../../docs/network-and-cost.md'), 'utf8');
const section = page.slice(page.indexOf('## Where the money goes'));
const usage = parseOptions([]).usage;

/** What the page adds up in a row, by the lines of `npx projen cost`. */
const ROWS: Record<string, string[]> = {
  'DocumentDB': ['DocumentDB'],
  'NAT gateway and its address': ['NAT', 'Public IPv4'],
  'Redis': ['Redis'],
  'Lambda': ['Lambda'],
  'secrets': ['Secrets Manager'],
  'API Gateway, CloudFront, S3, logs, the image': ['API Gateway', 'CloudFront', 'S3, files', 'S3, the page', 'CloudWatch Logs', 'ECR'],
};

test.each<[string, FormName, number]>([['nothing given', 'default', 0], ['no VPC', 'no-vpc', 1]])('the page says what %s costs', (_title, form, column) => {
  const lines = costOf(templateOfForm(form), usage);
  expect(lines.map(({ what }) => what).filter((what) => !Object.values(ROWS).flat().includes(what))).toEqual([]);
  for (const [row, parts] of Object.entries(ROWS)) {
    const present = lines.filter(({ what }) => parts.includes(what));
    if (present.length > 0) expect([row, cells(row)[column]]).toEqual([row, together(present)]);
    else expect([row, cells(row)[column]]).toEqual([row, expect.stringMatching(/^(–|yours, elsewhere)$/)]);
  }
  expect(cells('together')[column]).toBe(together(lines));
});

test.each<[string, FormName]>([
  ['[nothing given](#nothing-given)', 'default'],
  ['[no VPC](#no-vpc)', 'no-vpc'],
  ['[your VPC](#your-vpc)', 'own-vpc'],
])('the page says what %s costs at rest', (title, form) => {
  const line = page.split('\n').find((candidate) => candidate.startsWith(`| ${title}`))!;
  const atRest = /^(?:about )?(\d+)/.exec(line.split('|')[2].trim())![1];
  expect(Number(atRest)).toBe(Math.round(totalOf(costOf(templateOfForm(form), usage)).atRest));
});

test('the page says what longer answers cost', () => {
  const lambda = costOf(templateOfForm('default'), { ...usage, seconds: 60 }).filter(({ what }) => what === 'Lambda');
  expect(section).toContain(`With answers of 60 s (\`-- --seconds 60\`) Lambda comes to ${together(lambda)},`);
});

function cells(row: string): string[] {
  const line = section.split('\n').find((candidate) => candidate.startsWith(`| ${row} |`));
  if (!line) throw new Error(`docs/network-and-cost.md must have a row ${row}`);
  return line.split('|').slice(2, -1).map((cell) => cell.trim());
}

function together(lines: CostLine[]): string {
  const { atRest, use } = totalOf(lines);
  return dollars(atRest + use);
}
