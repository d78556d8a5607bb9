/** Maximum unpacked size of the npm package, which the packages of all languages contain. */
const BUDGET = 1_000_000;

/** Files that are required at synth. */
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

/** Sources, tests, source maps and build information are not published. */
const ALLOWED = [
  /^(README\.md|SKILL\.md|LICENSE|package\.json)$/,
  /^\.jsii(\.gz|\.tabl\.json\.gz)?$/,
  /^lib\/.+(\.js|\.d\.ts)$/,
  new RegExp(`^(${NEEDED.join('|').replaceAll('.', '\\.')})$`),
];

/** Violations in the list of files, one line each. */
export function findingsIn(files: { path: string; size: number }[]): string[] {
  const paths = files.map(({ path }) => path);
  const size = files.reduce((total, file) => total + file.size, 0);
  return [
    ...paths.filter((path) => !ALLOWED.some((allowed) => allowed.test(path))).map((path) => `${path} must not be in the package`),
    ...NEEDED.filter((path) => !paths.includes(path)).map((path) => `${path} must be in the package`),
    ...size > BUDGET ? [`the package must take at most ${BUDGET} bytes unpacked, got: ${size}`] : [],
  ];
}
