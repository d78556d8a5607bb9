import { usageReport } from '../../demo/usage-report';
import type { FunctionUsage } from '../../emulator/services/lambda/usage';

const USAGE: FunctionUsage = {
  function: 'Handler',
  memorySize: 2048,
  architecture: 'arm64',
  environments: 1,
  invocations: 12,
  seconds: 20,
  gbSeconds: 40,
  provisionedDurationGbSeconds: 0,
  provisionedGbSeconds: 0,
};

test('lists the invoked functions, with the billed duration', () => {
  expect(usageReport([USAGE, { ...USAGE, function: 'Idle', invocations: 0 }])).toBe([
    'Billed by Lambda, without the free tier:',
    '  function  environments  invocations  seconds  GB-seconds  US dollars',
    '  Handler              1           12     20.0        40.0    0.000536',
  ].join('\n'));
});

test('says where none was', () => expect(usageReport([])).toBe('No function was invoked.'));
