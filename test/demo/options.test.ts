import { join } from 'node:path';
import { UsageError } from '../../cli/command';
import { parseOptions } from '../../demo/options';

const here = (name: string) => join(__dirname, name);
const parse = (...args: string[]) => parseOptions(args, 'app.ts');

test('minimal', () => {
  expect(parse()).toEqual({ probe: false, json: false, app: 'app.ts', secrets: {}, buckets: {}, https: false, sandbox: false });
});

test('maximal', () => {
  const given = [
    '--json', '--https', '--sandbox', '--assembly', __dirname, '--stack', 'Prod/Chat', '--port', '65535', '--librechat', __dirname, '--mongo-uri', 'mongodb://x',
    '--secret', 'a=1', '--secret', 'b=2=3', '--bucket', 'files=dir',
  ];
  expect(parse('--', ...given)).toEqual({
    probe: false,
    json: true,
    https: true,
    sandbox: true,
    app: 'app.ts',
    assembly: __dirname,
    stack: 'Prod/Chat',
    port: 65535,
    librechat: __dirname,
    mongoUri: 'mongodb://x',
    secrets: { a: '1', b: '2=3' },
    buckets: { files: 'dir' },
  });
  expect(parse('--probe', '--app', here('options.test.ts'), '--port', '0')).toMatchObject({ probe: true, app: here('options.test.ts'), port: 0 });
});

test.each([
  [['--what'], "Unknown option '--what'"],
  [['extra'], "Unexpected argument 'extra'"],
  [['--port', 'http'], '--port must be a number from 0 to 65535, got: http'],
  [['--port', '65536'], '--port must be a number from 0 to 65535, got: 65536'],
  [['--secret', 'noequals'], '--secret must be <name>=<value>, got: <hidden>'],
  [['--secret', '=value'], '--secret must be <name>=<value>, got: <hidden>'],
  [['--bucket', 'files'], '--bucket must be <name>=<dir>, got: files'],
  [['--app', 'none.ts'], '--app must exist, got: none.ts'],
  [['--assembly', 'none'], '--assembly must exist, got: none'],
  [['--app', here('options.test.ts'), '--assembly', __dirname], 'specify only one of --app, --assembly'],
  [['--https', '--probe'], 'specify only one of --https, --probe'],
  [['--mongo-uri', 'mongodb://x'], '--mongo-uri requires --librechat'],
])('fails with %j', (args, message) => {
  expect(() => parse(...args)).toThrow(UsageError);
  expect(() => parse(...args)).toThrow(message);
});
