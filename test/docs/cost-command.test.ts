import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../cli/command';
import { costOf, totalOf } from '../../tools/cost/cost-of';
import type { CostLine } from '../../tools/cost/line';
import { parseOptions, usersFor } from '../../tools/cost/options';
import { readmeTable, withTable } from '../../tools/cost/readme-table';
import { dollars, type Estimate, report } from '../../tools/cost/report';
import { COST_VARIANTS, templateOfVariant } from '../../tools/cost/variants';

const ROOT = join(__dirname, '../..');
/** For processes that synthesize on a busy machine. */
const TIMEOUT_MS = 120_000;

const standard = templateOfVariant('default');

describe('the command line', () => {
  test('has defaults', () => {
    expect(parseOptions([])).toEqual({
      json: false,
      readme: false,
      variant: 'default',
      template: undefined,
      usage: { replies: 10_000, seconds: 20, users: 50, freeTier: false },
    });
  });

  test('accepts all options, also after the dashes that projen passes on', () => {
    const { usage, variant, json } = parseOptions(['--', '--replies', '5', '--seconds', '1.5', '--users', '7', '--variant', 'no-vpc', '--free-tier', '--json']);
    expect({ usage, variant, json }).toEqual({ usage: { replies: 5, seconds: 1.5, users: 7, freeTier: true }, variant: 'no-vpc', json: true });
  });

  test.each([[0, 0], [1, 1], [200, 1], [201, 2]])('%d replies are of %d users unless it is said', (replies, users) => {
    expect(usersFor(replies)).toBe(users);
    expect(parseOptions(['--replies', `${replies}`]).usage.users).toBe(users);
  });

  test.each([
    [['--replies', '0']], [['--replies', '1000000000']], [['--seconds', '0']], [['--seconds', '900']], [['--users', '0']],
  ])('%j is taken', (args) => {
    expect(() => parseOptions(args)).not.toThrow();
  });

  test.each([
    [['--replies', '1.5'], '--replies must be a whole number from 0 to 1000000000, got: 1.5'],
    [['--replies=-1'], '--replies must be a whole number from 0 to 1000000000, got: -1'],
    [['--replies', '1000000001'], '--replies must be a whole number from 0 to 1000000000, got: 1000000001'],
    [['--replies', 'many'], '--replies must be a whole number from 0 to 1000000000, got: many'],
    [['--replies', ''], '--replies must be a whole number from 0 to 1000000000, got: '],
    [['--seconds', '901'], '--seconds must be a number from 0 to 900, got: 901'],
    [['--users', 'NaN'], '--users must be a whole number from 0 to 1000000000, got: NaN'],
    [['--variant', 'other'], '--variant must be one of default, valkey, own-vpc, own-vpc-atlas, no-vpc, got: other'],
    [['--variant', 'toString'], '--variant must be one of default, valkey, own-vpc, own-vpc-atlas, no-vpc, got: toString'],
    [['--template', 'nowhere.json'], '--template must exist, got: nowhere.json'],
    [['--variant', 'no-vpc', '--template', 'README.md'], 'specify only one of --variant, --template'],
    [['--nonsense'], 'Unknown option \'--nonsense\''],
    [['10000'], 'Unexpected argument \'10000\''],
  ])('fails when it is %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });

  test('ends with 0 and the table', () => {
    const { status, stdout } = run('--replies', '1000', '--variant', 'no-vpc');
    expect(stdout).toMatch(/^Existing MongoDB and Redis, no VPC: 1,000 replies of 20 s for 5 users in a month\n/);
    expect(stdout).toMatch(/^Total +2\.10 +0\.\d\d +3\.\d\d$/m);
    expect(status).toBe(0);
  }, TIMEOUT_MS);

  test('ends with 2 and its usage when it was not understood', () => {
    const { status, stdout, stderr } = run('--variant', 'other');
    expect(stderr).toMatch(/^--variant must be one of .*, got: other\n\nEstimates the monthly cost of a deployment/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  }, TIMEOUT_MS);

  test('reads another template, and names the types without a price', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cost-'));
    try {
      const file = join(folder, 'it.template.json');
      writeFileSync(file, JSON.stringify(standard));
      const { stdout } = run('--template', file, '--replies', '1000', '--json');
      expect(JSON.parse(stdout).unpriced).toEqual([]);
      expect(JSON.parse(stdout).idle).toBeCloseTo(totalOf(costOf(standard, parseOptions([]).usage)).idle);

      writeFileSync(file, JSON.stringify({ Resources: { ...standard.Resources, New: { Type: 'AWS::RDS::DBInstance' } } }));
      const unknown = run('--template', file);
      expect(unknown.stdout).toMatch(/\n\nNot priced: AWS::RDS::DBInstance\n$/);
      expect(unknown.status).toBe(0);

      writeFileSync(file, 'not a template');
      expect(run('--template', file)).toMatchObject({ status: 1, stderr: `--template must be a CloudFormation template in JSON, got: ${file}\n` });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, TIMEOUT_MS);
});

describe('the tables', () => {
  const estimate = (changes: Partial<Estimate> = {}) => report({ title: 'It', lines, usage, unpriced: [], relay: false, ...changes });
  const usage = { replies: 2000, seconds: 20, users: 10, freeTier: false };
  const lines: CostLine[] = [{ what: 'A', quantity: '1 node', idle: 10, use: 2 }, { what: 'B', quantity: '', idle: 0, use: 0.004 }];

  test('each line and their sum', () => {
    const [title, , head, , ...rest] = estimate().split('\n').map((line) => line.replace(/ {2,}/g, ' ').trim());
    expect(title).toBe('It: 2,000 replies of 20 s for 10 users in a month');
    expect(head).toBe('idle per 1,000 replies a month');
    expect(rest.slice(0, 2)).toEqual(['A 1 node 10.00 1.00 12.00', 'B – < 0.01 < 0.01']);
    expect(rest[3]).toBe('Total 10.00 1.00 12.00');
  });

  test('lists assumptions, and costs that are not included', () => {
    expect(estimate()).toContain('two environments');
    expect(estimate({ relay: true })).toContain('one worker while there are requests');
    expect(estimate()).not.toContain('Not priced');
    expect(estimate({ unpriced: ['A::B::C', 'D::E::F'] })).toMatch(/\nNot priced: A::B::C, D::E::F\n$/);
  });

  test('per 1,000 replies is nothing where there are none', () => {
    expect(estimate({ usage: { ...usage, replies: 0 } })).toMatch(/^Total +10\.00 +– +12\.00$/m);
  });

  test.each([[0, '–'], [0.0049, '< 0.01'], [0.005, '0.01'], [1.999, '2.00'], [1234.5, '1,234.50']])('%d dollars are written %s', (n, expected) => {
    expect(dollars(n)).toBe(expected);
  });

  test('README has the table: `npx projen cost -- --readme` renews it', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    expect(withTable(readme)).toBe(readme);
  });

  test('README gets the table between its markers, and nothing else changes', () => {
    expect(withTable('a\n<!-- cost:begin -->\nold\n<!-- cost:end -->\nb', 'new')).toBe('a\n<!-- cost:begin -->\nnew\n<!-- cost:end -->\nb');
    expect(readmeTable().split('\n').filter((line) => line.startsWith('|'))).toHaveLength(2 + Object.keys(COST_VARIANTS).length);
  });

  test.each(['nothing', '<!-- cost:end --><!-- cost:begin -->', '<!-- cost:begin -->'])('fails when README has %s for markers', (text) => {
    expect(() => withTable(text, 'new')).toThrow('README.md must have a table between <!-- cost:begin --> and <!-- cost:end -->');
  });
});

function run(...args: string[]) {
  const tsx = require.resolve('tsx/cli');
  const command = [tsx, '--tsconfig', join(ROOT, 'tsconfig.dev.json'), join(ROOT, 'tools/cost/main.ts'), ...args];
  return spawnSync(process.execPath, command, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
}
