import { load } from 'js-yaml';
import {
  agentParamSettings, configSchema, MCPOptionsSchema, paramSettings, setMaxSubagents, validateSettingDefinitions,
} from 'librechat-data-provider';
import type { ZodError, ZodIssue } from 'zod';
import type { ConfigIssue } from '../../src/private/config-checker';

/** Parses `librechat.yaml` as LibreChat does. @throws js-yaml's error */
export function parse(text: string): unknown {
  return load(text);
}

/**
 * The reasons why LibreChat would not start with a configuration.
 *
 * @param variables environment variables of LibreChat, which its schema substitutes in URLs
 */
export function check(config: unknown, variables: Record<string, string>): ConfigIssue[] {
  // The bundle replaces `process.env`, so that the schema never reads the environment of the developer.
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, variables);
  const { endpoints, mcpServers } = Object(config) as { endpoints?: any; mcpServers?: Record<string, unknown> };
  setMaxSubagents(endpoints?.agents?.maxSubagents);
  const unparsable = Object.entries(mcpServers ?? {}).flatMap(([name, server]) => urlIssues(name, server));
  if (unparsable.length > 0) return unparsable;
  const { error } = configSchema.strict().safeParse(config);
  if (error) return issuesOf(error);
  return (endpoints?.custom ?? []).flatMap((endpoint: any, index: number) => paramIssues(endpoint, ['endpoints', 'custom', index, 'customParams']));
}

/** The schema throws instead of reporting an invalid URL. */
function urlIssues(name: string, server: unknown): ConfigIssue[] {
  try {
    MCPOptionsSchema.safeParse(server);
    return [];
  } catch {
    return [{ path: ['mcpServers', name, 'url'], message: 'Invalid url' }];
  }
}

function issuesOf({ issues }: ZodError): ConfigIssue[] {
  return issues.flatMap((issue) => (issue.code === 'invalid_union' ? closest(issue.unionErrors) : [issueOf(issue)]));
}

function issueOf({ path, message }: ZodIssue): ConfigIssue {
  return { path, message };
}

/** The alternative that the value most likely was meant to match. */
function closest(alternatives: ZodError[]): ConfigIssue[] {
  return alternatives.map(issuesOf).reduce((best, issues) => (issues.length < best.length ? issues : best));
}

/** LibreChat checks parameters of custom endpoints after the schema. */
function paramIssues(endpoint: any, path: ConfigIssue['path']): ConfigIssue[] {
  if (!endpoint.customParams) return [];
  const { defaultParamsEndpoint = 'custom', paramDefinitions = [] } = endpoint.customParams;
  const settings = [paramSettings, agentParamSettings] as Array<Record<string, Array<{ key: string }> | undefined>>;
  if (!settings.some((endpoints) => defaultParamsEndpoint in endpoints)) {
    const names = [...new Set(settings.flatMap(Object.keys))];
    return [{ path: [...path, 'defaultParamsEndpoint'], message: `must be one of ${names.join(', ')}` }];
  }
  const known = new Map(settings.flatMap((endpoints) => endpoints[defaultParamsEndpoint] ?? []).map((setting) => [setting.key, setting]));
  const unknown = paramDefinitions.findIndex(({ key }: { key: string }) => !known.has(key));
  if (unknown >= 0) return [{ path: [...path, 'paramDefinitions', unknown, 'key'], message: `must be one of ${[...known.keys()].join(', ')}` }];
  try {
    validateSettingDefinitions(paramDefinitions.map((param: any) => ({ ...known.get(param.key), ...param, optionType: 'custom' })));
    return [];
  } catch (error) {
    return [{ path: [...path, 'paramDefinitions'], message: (error as Error).message }];
  }
}
