import type { IConstruct } from 'constructs';
import { leavesOf, type Path, pathText } from './leaves';
import { LARGEST_UPLOAD_MB } from '../../contract/limits';
import { isSecretKey } from '../secret-values';
import { warn } from '../validation/errors';

type Config = Record<string, any>;

const FILE_KINDS = ['avatar', 'image', 'document', 'skills'];

/** Warns of settings that LibreChat accepts and that do not work on Lambda. */
export function warnOfLimits(scope: IConstruct, config: Config): void {
  const local = FILE_KINDS.filter((kind) => fileStrategy(config, kind) === 'local');
  if (local.length > 0) {
    const fileRule = 'store files of all kinds outside the function, for example with fileStrategy: s3, because its disk is temporary';
    warn(scope, 'fileStrategy', 'config', fileRule, `local for ${local.join(', ')}`);
  }
  const limits = uploadLimits(config.fileConfig ?? {}).filter(([, limit]) => limit === undefined || limit > LARGEST_UPLOAD_MB);
  if (limits.length > 0) {
    const limitRule = `limit uploads to ${LARGEST_UPLOAD_MB} MB, which Lambda accepts, so that the page rejects larger files`;
    warn(scope, 'uploadLimit', 'config', limitRule, limits.map(([path, limit]) => `${path}: ${limit ?? 'nothing'}`).join(', '));
  }
  const processes = Object.entries<Config>(config.mcpServers ?? {}).filter(([, server]) => server?.command !== undefined);
  if (processes.length > 0) {
    const processRule = 'only contain MCP servers that are reached by URL, because others are started with each execution environment and lose their state';
    warn(scope, 'stdioMcpServer', 'config', processRule, processes.map(([name]) => `mcpServers.${name}`).join(', '));
  }
  const secrets = leavesOf(config).filter(({ path, value }) => typeof value === 'string' && isSecretKey(lastName(path), value));
  if (secrets.length > 0) {
    const secretRule = 'not contain secrets in plain text (use `secrets` and a reference such as ${OPENAI_API_KEY})';
    warn(scope, 'plainTextKey', 'config', secretRule, secrets.map(({ path }) => pathText(path)).join(', '));
  }
}

function fileStrategy({ fileStrategies, fileStrategy: all }: Config, kind: string): string {
  return fileStrategies?.[kind] ?? fileStrategies?.default ?? all ?? 'local';
}

/** Limits in MB, with the path of each. Those that are required come first: LibreChat's own defaults exceed the limit. */
function uploadLimits({ serverFileSizeLimit, endpoints = {} }: Config): Array<[path: string, limit: number | undefined]> {
  const { default: all = {}, ...others } = endpoints as Record<string, Config>;
  const limits = ['fileSizeLimit', 'totalSizeLimit'];
  return [
    ['fileConfig.serverFileSizeLimit', serverFileSizeLimit],
    ...limits.map((limit) => [`fileConfig.endpoints.default.${limit}`, all[limit]] as [string, number | undefined]),
    ...Object.entries(others).flatMap(([name, endpoint]) => limits
      .filter((limit) => endpoint?.[limit] !== undefined)
      .map((limit) => [`fileConfig.endpoints.${name}.${limit}`, endpoint[limit]] as [string, number])),
  ];
}

/** The key of a value, or of the list that contains it. */
function lastName(path: Path): string {
  return String(path.filter((key) => typeof key === 'string').at(-1));
}
