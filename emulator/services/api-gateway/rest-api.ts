import type { AccessLog } from './access-log';
import type { GatewayResponse } from './gateway-response';
import type { TokenBucket } from './token-bucket';

/** An integration in the template. */
export interface Integration {
  readonly Type: string;
  readonly Uri?: string;
  readonly IntegrationHttpMethod?: string;
  readonly ResponseTransferMode?: 'STREAM' | 'BUFFERED';
  readonly TimeoutInMillis?: number;
  readonly ContentHandling?: string;
  readonly PassthroughBehavior?: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  readonly RequestTemplates?: Readonly<Record<string, string>>;
  readonly IntegrationResponses?: readonly IntegrationResponse[];
}

export interface IntegrationResponse {
  readonly StatusCode: string;
  readonly SelectionPattern?: string;
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

/** A method of a resource. */
export interface Method {
  readonly httpMethod: string;
  readonly apiKeyRequired: boolean;
  readonly integration: Integration;
}

/** A node of the path tree. */
export interface ApiResource {
  readonly id: string;
  /** The path pattern, such as `/api/{proxy+}`. */
  readonly path: string;
  readonly methods: Map<string, Method>;
}

/** The resource and method of a path, with the values of path parameters as they were sent. */
export interface Match {
  readonly resource: ApiResource;
  readonly method: Method;
  readonly parameters: Readonly<Record<string, string>> | null;
}

/** A stage of an API. */
export interface Stage {
  readonly variables: Record<string, string> | null;
  readonly deploymentId?: string;
  readonly accessLog?: AccessLog;
}

/** A REST API of the stack. */
export class RestApi {
  public readonly resources = new Map<string, ApiResource>();
  public readonly stages = new Map<string, Stage>();
  /** Throttling of usage plans, by API key as `stage/value`. */
  public readonly keys = new Map<string, TokenBucket | undefined>();
  /** Customized gateway responses by response type. */
  public readonly gatewayResponses = new Map<string, GatewayResponse>();

  public constructor(public readonly id: string, public readonly name: string, public readonly binaryMediaTypes: readonly string[]) {}

  public addResource(id: string, parent: string | undefined, pathPart: string): void {
    const base = parent === undefined ? '' : this.resources.get(parent)?.path ?? '';
    this.resources.set(id, { id, path: parent === undefined ? '/' : `${base === '/' ? '' : base}/${pathPart}`, methods: new Map() });
  }

  /** Finds the method of a path: static segments precede `{parameters}`, which precede a greedy `{proxy+}`. */
  public match(path: string, httpMethod: string): Match | undefined {
    const segments = path.replace(/\/$/, '').split('/').slice(1);
    const candidates = [...this.resources.values()]
      .filter(({ methods }) => methods.size > 0)
      .map((resource) => ({ resource, parameters: matchSegments(resource.path.split('/').slice(1).filter(Boolean), segments) }))
      .filter((candidate): candidate is { resource: ApiResource; parameters: Record<string, string> } => candidate.parameters !== undefined)
      .sort((a, b) => rank(b.resource.path).localeCompare(rank(a.resource.path)));
    const best = candidates[0];
    const method = best?.resource.methods.get(httpMethod) ?? best?.resource.methods.get('ANY');
    if (!best || !method) return undefined;
    return { resource: best.resource, method, parameters: Object.keys(best.parameters).length ? best.parameters : null };
  }
}

function matchSegments(pattern: string[], segments: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(part)?.[1];
    if (greedy) {
      const rest = segments.slice(i).join('/');
      return rest ? { ...parameters, [greedy]: rest } : undefined;
    }
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (segments[i] === undefined || segments[i] === '') return undefined;
    if (name) parameters[name] = segments[i];
    else if (part !== segments[i]) return undefined;
  }
  return pattern.length === segments.filter((segment, i) => segment || i > 0).length ? parameters : undefined;
}

/** Orders patterns segment by segment: greedy, parameter, static. */
function rank(path: string): string {
  return path.split('/').slice(1).map((part) => part.endsWith('+}') ? '0' : part.startsWith('{') ? '1' : '2').join('');
}
