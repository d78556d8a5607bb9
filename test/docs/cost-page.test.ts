import { Duration } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { blocksOf, pageAt } from './kit/pages';
import { EDGE, stackIn } from '../../fixtures/variants';
import { LibreChatCanary, LibreChatServerless, type LibreChatServerlessProps } from '../../src';
import { costOf, totalOf } from '../../tools/cost/cost-of';
import type { CostLine } from '../../tools/cost/line';
import { parseOptions } from '../../tools/cost/options';
import { dollars } from '../../tools/cost/report';
import { type VariantName, templateOfVariant } from '../../tools/cost/variants';
import { templateOf } from '../../tools/template';

const page = pageAt('docs/network-and-cost.md');
const section = page.text.slice(page.text.indexOf('## What a month costs'));
const usage = parseOptions([]).usage;

/** The lines of `npx projen cost` that each row of the page adds up. */
const ROWS: Record<string, string[]> = {
  'DocumentDB': ['DocumentDB'],
  'NAT gateway and its address': ['NAT', 'Public IPv4'],
  'Redis': ['Redis'],
  'Lambda': ['Lambda, relay', 'Lambda, LibreChat'],
  'secrets': ['Secrets Manager'],
  'API Gateway, CloudFront, S3, logs, the image': ['API Gateway', 'CloudFront', 'S3, files', 'S3, the page', 'CloudWatch Logs', 'ECR'],
};

test.each<[string, VariantName, number]>([['the defaults', 'default', 0], ['no VPC', 'no-vpc', 1]])('the monthly cost with %s is correct', (_title, variant, column) => {
  const lines = costOf(templateOfVariant(variant), usage);
  expect(lines.map(({ what }) => what).filter((what) => !Object.values(ROWS).flat().includes(what))).toEqual([]);
  for (const [row, parts] of Object.entries(ROWS)) {
    const present = lines.filter(({ what }) => parts.includes(what));
    if (present.length > 0) expect([row, cells(row)[column]]).toEqual([row, sumOf(present)]);
    else expect([row, cells(row)[column]]).toEqual([row, expect.stringMatching(/^(–|yours, elsewhere)$/)]);
  }
  expect(cells('total')[column]).toBe(sumOf(lines));
});

test.each<[string, VariantName]>([
  ['[defaults](#defaults)', 'default'],
  ['[no VPC](#no-vpc)', 'no-vpc'],
  ['[your VPC](#your-vpc)', 'own-vpc'],
])('the idle cost of %s is correct', (title, variant) => {
  const line = page.text.split('\n').find((candidate) => candidate.startsWith(`| ${title}`))!;
  const idle = /^(?:about )?(\d+)/.exec(line.split('|')[2].trim())![1];
  expect(Number(idle)).toBe(Math.round(totalOf(costOf(templateOfVariant(variant), usage)).idle));
});

test('the cost of longer replies is correct', () => {
  const lambda = costOf(templateOfVariant('default'), { ...usage, seconds: 60 }).filter(({ what }) => what.startsWith('Lambda, '));
  expect(section).toContain(`With replies of 60 s (\`-- --seconds 60\`) Lambda costs ${sumOf(lambda)},`);
});

describe('compared with Fargate', () => {
  const [{ code }] = blocksOf(page).filter((block) => block.code.includes('load balancer '));
  const calculations = code.trim().split('\n').map((line) => /^(.+?) {2,}(.+) = ([\d.]+)$/.exec(line)!.slice(1));

  test.each(calculations)('the arithmetic of the %s is correct', (_what, formula, result) => {
    const value = new Function(`return ${formula.replaceAll('×', '*')};`)() as number;
    expect(Math.abs(value - Number(result))).toBeLessThan(0.0051);
  });

  test('the break-even point is correct', () => {
    const compute = (replies: number) => {
      const { usage: ofReplies } = parseOptions(['--replies', `${replies}`]);
      return sum(costOf(templateOfVariant('default'), ofReplies).filter(({ what }) => /^(?:Lambda|API Gateway)/.test(what)).map(({ use }) => use));
    };
    const total = Number(calculations.at(-1)![2]);
    expect(section).toContain(`cost ${Math.round(compute(10_000))} for 10,000 replies of 20 s a month, ${Math.round(compute(100_000))} for 100,000 and ${Math.round(total)} for 290,000`);
    expect(compute(280_000)).toBeLessThan(total);
    expect(compute(300_000)).toBeGreaterThan(total);
  });
});

function cells(row: string): string[] {
  const line = section.split('\n').find((candidate) => candidate.startsWith(`| ${row} |`));
  if (!line) throw new Error(`docs/network-and-cost.md must have a row ${row}`);
  return line.split('|').slice(2, -1).map((cell) => cell.trim());
}

function sumOf(lines: CostLine[]): string {
  const { idle, use } = totalOf(lines);
  return dollars(idle + use);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

test.each<[string, LibreChatCanary]>([
  ['page', LibreChatCanary.page(Duration.minutes(15))],
  ['login', LibreChatCanary.login(Duration.minutes(15))],
  ['chat', LibreChatCanary.chat(Duration.minutes(15), { endpoint: 'bedrock', model: 'm' })],
])('the page says what a canary costs that does %s, with all that it adds to a deployment', (name, canary) => {
  const costWith = (props: LibreChatServerlessProps) => {
    const stack = stackIn(EDGE);
    new LibreChatServerless(stack, 'Chat', { alarmTopic: new Topic(stack, 'Topic'), ...props });
    return totalOf(costOf(templateOf(stack), usage)).idle;
  };
  expect(page.text).toContain(`${dollars(costWith({ canary }) - costWith({}))} (\`${name}\`)`);
});

test('the page contains the cost of alarms and dashboard', () => {
  const stack = stackIn(EDGE);
  new LibreChatServerless(stack, 'Chat', { alarmTopic: new Topic(stack, 'Topic'), dashboard: true });
  const lines = costOf(templateOf(stack), usage);
  const idle = (name: string) => dollars(lines.find(({ what }) => what === name)!.idle);
  expect(page.text).toContain(`${idle('CloudWatch alarms')} for the alarms of the defaults, ${Number(idle('CloudWatch dashboard'))} for the dashboard`);
});
