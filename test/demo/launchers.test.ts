import { launchersOf } from '../../demo/launchers';

const NPX = `
   10     1 npm exec projen demo -- --port 0
   11    10 sh -c 'projen' demo -- --port 0
   12    11 node /project/node_modules/.bin/projen demo -- --port 0
   13    12 node /project/node_modules/.bin/tsx --tsconfig tsconfig.dev.json demo/cli.ts -- --port 0
   14    13 /usr/bin/node --require /project/node_modules/tsx/dist/preflight.cjs demo/cli.ts -- --port 0
`;

test.each([
  ['npx, with the shell that it runs projen in', NPX, [13, 12, 11, 10]],
  ['npx in a terminal', `    1     0 -bash\n${NPX}`, [13, 12, 11, 10]],
  ['npx in a command of a shell, which may end before it', `    1     0 bash -c npx projen demo &\n${NPX}`, [13, 12, 11, 10]],
  ['tsx', '12 1 -zsh\n13 12 node node_modules/.bin/tsx demo/cli.ts\n', [13]],
  ['none, without a list', '', []],
  ['none, in a terminal', '13 1 /bin/bash\n', []],
])('launched by %s', (_, list, pids) => {
  expect(launchersOf(13, list)).toEqual(pids);
});
