/** What the published package may weigh unpacked. It is in every language's package, as it is. */
const BUDGET = 1_000_000;

/** Found at synth, wherever the package is installed. */
export const NEEDED = [
  'assets/canary/index.js',
  'assets/config-checker.js.br',
  'assets/image/Dockerfile',
  'assets/image/adapter.js',
  'assets/image/documentdb-ca.tgz',
  'assets/image/links.tar',
  'assets/image-builder/index.js',
  'assets/relay.zip',
];

/** Nothing else is published: no sources, tests, maps and build information. */
const ALLOWED = [
  /^(README\.md|SKILL\.md|LICENSE|package\.json)$/,
  /^\.jsii(\.gz|\.tabl\.json\.gz)?$/,
  /^lib\/.+(\.js|\.d\.ts)$/,
  new RegExp(`^(${NEEDED.join('|').replaceAll('.', '\\.')})$`),
];

/** What is wrong with the list of files, one line each. */
export function findingsIn(files: { path: string; size: number }[]): string[] {
  const paths = files.map(({ path }) => path);
  const size = files.reduce((total, file) => total + file.size, 0);
  return [
    ...paths.filter((path) => !ALLOWED.some((allowed) => allowed.test(path))).map((path) => `${path} must not be in the package`),
    ...NEEDED.filter((path) => !paths.includes(path)).map((path) => `${path} must be in the package`),
    ...size > BUDGET ? [`the package must take at most ${BUDGET} bytes unpacked, got: ${size}`] : [],
  ];
}
