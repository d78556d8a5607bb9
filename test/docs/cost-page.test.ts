import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, totalOf } from '../../tools/cost/cost-of';
import type { CostLine } from '../../tools/cost/line';
import { parseOptions } from '../../tools/cost/options';
import { dollars } from '../../tools/cost/report';
import { type VariantName, templateOfVariant } from '../../tools/cost/variants';

const page = readFileSync(join(__dirname, '../../docs/network-and-cost.md'), 'utf8');
const section = page.slice(page.indexOf('## Where the money goes'));
const usage = parseOptions([]).usage;

/** What the page adds up in a row, by the lines of `npx projen cost`. */
const ROWS: Record<string, string[]> = {
  'DocumentDB': ['DocumentDB'],
  'NAT gateway and its address': ['NAT', 'Public IPv4'],
  'Redis': ['Redis'],
  'Lambda': ['Lambda, relay', 'Lambda, LibreChat'],
  'secrets': ['Secrets Manager'],
  'API Gateway, CloudFront, S3, logs, the image': ['API Gateway', 'CloudFront', 'S3, files', 'S3, the page', 'CloudWatch Logs', 'ECR'],
};

test.each<[string, VariantName, number]>([['nothing given', 'default', 0], ['no VPC', 'no-vpc', 1]])('the page says what %s costs', (_title, variant, column) => {
  const lines = costOf(templateOfVariant(variant), usage);
  expect(lines.map(({ what }) => what).filter((what) => !Object.values(ROWS).flat().includes(what))).toEqual([]);
  for (const [row, parts] of Object.entries(ROWS)) {
    const present = lines.filter(({ what }) => parts.includes(what));
    if (present.length > 0) expect([row, cells(row)[column]]).toEqual([row, together(present)]);
    else expect([row, cells(row)[column]]).toEqual([row, expect.stringMatching(/^(–|yours, elsewhere)$/)]);
  }
  expect(cells('together')[column]).toBe(together(lines));
});

test.each<[string, VariantName]>([
  ['[nothing given](#nothing-given)', 'default'],
  ['[no VPC](#no-vpc)', 'no-vpc'],
  ['[your VPC](#your-vpc)', 'own-vpc'],
])('the page says what %s costs idle', (title, variant) => {
  const line = page.split('\n').find((candidate) => candidate.startsWith(`| ${title}`))!;
  const idle = /^(?:about )?(\d+)/.exec(line.split('|')[2].trim())![1];
  expect(Number(idle)).toBe(Math.round(totalOf(costOf(templateOfVariant(variant), usage)).idle));
});

test('the page says what longer replies cost', () => {
  const lambda = costOf(templateOfVariant('default'), { ...usage, seconds: 60 }).filter(({ what }) => what.startsWith('Lambda, '));
  expect(section).toContain(`With replies of 60 s (\`-- --seconds 60\`) Lambda comes to ${together(lambda)},`);
});

function cells(row: string): string[] {
  const line = section.split('\n').find((candidate) => candidate.startsWith(`| ${row} |`));
  if (!line) throw new Error(`docs/network-and-cost.md must have a row ${row}`);
  return line.split('|').slice(2, -1).map((cell) => cell.trim());
}

function together(lines: CostLine[]): string {
  const { idle, use } = totalOf(lines);
  return dollars(idle + use);
}
