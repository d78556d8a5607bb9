import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../cli/command';
import { costOf, totalOf } from '../../tools/cost/cost-of';
import { COST_FORMS, templateOfForm } from '../../tools/cost/forms';
import type { CostLine } from '../../tools/cost/line';
import { parseOptions, usersFor } from '../../tools/cost/options';
import { readmeTable, withTable } from '../../tools/cost/readme-table';
import { dollars, type Estimate, report } from '../../tools/cost/report';

const ROOT = join(__dirname, '../..');
/** For processes that synthesize on a busy machine. */
const PATIENCE_MS = 120_000;

const standard = templateOfForm('default');

describe('the command line', () => {
  test('has defaults', () => {
    expect(parseOptions([])).toEqual({
      json: false,
      readme: false,
      form: 'default',
      template: undefined,
      usage: { answers: 10_000, seconds: 20, users: 50, freeTier: false },
    });
  });

  test('takes everything, also after the dashes that projen hands on', () => {
    const { usage, form, json } = parseOptions(['--', '--answers', '5', '--seconds', '1.5', '--users', '7', '--form', 'no-vpc', '--free-tier', '--json']);
    expect({ usage, form, json }).toEqual({ usage: { answers: 5, seconds: 1.5, users: 7, freeTier: true }, form: 'no-vpc', json: true });
  });

  test.each([[0, 0], [1, 1], [200, 1], [201, 2]])('%d answers are of %d users unless it is said', (answers, users) => {
    expect(usersFor(answers)).toBe(users);
    expect(parseOptions(['--answers', `${answers}`]).usage.users).toBe(users);
  });

  test.each([
    [['--answers', '0']], [['--answers', '1000000000']], [['--seconds', '0']], [['--seconds', '900']], [['--users', '0']],
  ])('%j is taken', (args) => {
    expect(() => parseOptions(args)).not.toThrow();
  });

  test.each([
    [['--answers', '1.5'], '--answers must be a whole number from 0 to 1000000000, got: 1.5'],
    [['--answers=-1'], '--answers must be a whole number from 0 to 1000000000, got: -1'],
    [['--answers', '1000000001'], '--answers must be a whole number from 0 to 1000000000, got: 1000000001'],
    [['--answers', 'many'], '--answers must be a whole number from 0 to 1000000000, got: many'],
    [['--answers', ''], '--answers must be a whole number from 0 to 1000000000, got: '],
    [['--seconds', '901'], '--seconds must be a number from 0 to 900, got: 901'],
    [['--users', 'NaN'], '--users must be a whole number from 0 to 1000000000, got: NaN'],
    [['--form', 'other'], '--form must be one of default, valkey, own-vpc, own-vpc-atlas, no-vpc, got: other'],
    [['--form', 'toString'], '--form must be one of default, valkey, own-vpc, own-vpc-atlas, no-vpc, got: toString'],
    [['--template', 'nowhere.json'], '--template must exist, got: nowhere.json'],
    [['--form', 'no-vpc', '--template', 'README.md'], '--form and --template exclude each other'],
    [['--nonsense'], 'Unknown option \'--nonsense\''],
    [['10000'], 'Unexpected argument \'10000\''],
  ])('fails when it is %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });

  test('ends with 0 and the table', () => {
    const { status, stdout } = run('--answers', '1000', '--form', 'no-vpc');
    expect(stdout).toMatch(/^your MongoDB and Redis: no VPC: 1,000 answers of 20 s for 5 users in a month\n/);
    expect(stdout).toMatch(/^Total +1\.70 +1\.\d\d +3\.\d\d$/m);
    expect(status).toBe(0);
  }, PATIENCE_MS);

  test('ends with 2 and its usage when it was not understood', () => {
    const { status, stdout, stderr } = run('--form', 'other');
    expect(stderr).toMatch(/^--form must be one of .*, got: other\n\nEstimates the monthly cost of a deployment/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  }, PATIENCE_MS);

  test('reads a template of yours, and names the types that it has no price for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cost-'));
    try {
      const file = join(folder, 'it.template.json');
      writeFileSync(file, JSON.stringify(standard));
      const { stdout } = run('--template', file, '--answers', '1000', '--json');
      expect(JSON.parse(stdout).unpriced).toEqual([]);
      expect(JSON.parse(stdout).atRest).toBeCloseTo(totalOf(costOf(standard, parseOptions([]).usage)).atRest);

      writeFileSync(file, JSON.stringify({ Resources: { ...standard.Resources, New: { Type: 'AWS::RDS::DBInstance' } } }));
      const unknown = run('--template', file);
      expect(unknown.stdout).toMatch(/\n\nNot priced: AWS::RDS::DBInstance\n$/);
      expect(unknown.status).toBe(0);

      writeFileSync(file, 'not a template');
      expect(run('--template', file)).toMatchObject({ status: 1, stderr: `--template must be a CloudFormation template in JSON, got: ${file}\n` });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, PATIENCE_MS);
});

describe('the tables', () => {
  const estimate = (changes: Partial<Estimate> = {}) => report({ title: 'It', lines, usage, unpriced: [], relay: false, ...changes });
  const usage = { answers: 2000, seconds: 20, users: 10, freeTier: false };
  const lines: CostLine[] = [{ what: 'A', quantity: '1 node', atRest: 10, use: 2 }, { what: 'B', quantity: '', atRest: 0, use: 0.004 }];

  test('each line and their sum', () => {
    const [title, , head, , ...rest] = estimate().split('\n').map((line) => line.replace(/ {2,}/g, ' ').trim());
    expect(title).toBe('It: 2,000 answers of 20 s for 10 users in a month');
    expect(head).toBe('at rest per 1,000 answers a month');
    expect(rest.slice(0, 2)).toEqual(['A 1 node 10.00 1.00 12.00', 'B – < 0.01 < 0.01']);
    expect(rest[3]).toBe('Total 10.00 1.00 12.00');
  });

  test('says what is assumed, and what is not priced', () => {
    expect(estimate()).toContain('two environments');
    expect(estimate({ relay: true })).toContain('one worker while there are requests');
    expect(estimate()).not.toContain('Not priced');
    expect(estimate({ unpriced: ['A::B::C', 'D::E::F'] })).toMatch(/\nNot priced: A::B::C, D::E::F\n$/);
  });

  test('per 1,000 answers is nothing where there are none', () => {
    expect(estimate({ usage: { ...usage, answers: 0 } })).toMatch(/^Total +10\.00 +– +12\.00$/m);
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
    expect(readmeTable().split('\n').filter((line) => line.startsWith('|'))).toHaveLength(2 + Object.keys(COST_FORMS).length);
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
