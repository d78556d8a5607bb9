import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type { BindContext, Binding } from './private/binding';
import { instanceOf, like, LIST, type PropTypes, STRING, validateProps, validateType } from './private/validation/props';
import { validateServiceUrl } from './private/validation/values';

/** Options of `LibreChatServices.fromUrls()`: the base URLs of services. */
export interface LibreChatServiceUrls {
  /**
   * URL of LiteLLM, with http or https and without a trailing slash. LibreChat gets it as `LITELLM_BASE_URL`, for use in `librechat.yaml`.
   *
   * @see https://www.librechat.ai/docs/configuration/librechat_yaml/ai_endpoints/litellm
   * @default - none
   */
  readonly liteLlm?: string;

  /**
   * URL of SearXNG, a search engine for web search, with http or https and without a trailing slash.
   *
   * @see https://www.librechat.ai/docs/features/web_search
   * @default - none
   */
  readonly searxng?: string;

  /**
   * URL of LibreChat's RAG API, for questions about the contents of files, with http or https and without a trailing slash. LibreChat waits
   * for its `/health` at each start.
   *
   * @see https://www.librechat.ai/docs/configuration/rag_api
   * @default - none
   */
  readonly ragApi?: string;

  /**
   * URL of Meilisearch, for full-text search in conversations, with http or https and without a trailing slash. Add its key to `secrets` as `MEILI_MASTER_KEY`.
   *
   * @see https://www.librechat.ai/docs/configuration/meilisearch
   * @default - no search in conversations
   */
  readonly meilisearch?: string;

  /**
   * URL of Firecrawl, which retrieves web pages for web search, with http or https and without a trailing slash.
   *
   * @see https://www.librechat.ai/docs/features/web_search
   * @default - none
   */
  readonly firecrawl?: string;
}

/** A service that LibreChat can use, with its host name and port in a Cloud Map namespace. */
export class LibreChatServiceType {
  /** LiteLLM at `http://litellm.<namespace>:4000/v1`. */
  public static readonly LITE_LLM = new LibreChatServiceType('liteLlm', 'LITELLM_BASE_URL', 'litellm', '4000/v1');

  /** SearXNG at `http://searxng.<namespace>:8080`. */
  public static readonly SEARXNG = new LibreChatServiceType('searxng', 'SEARXNG_INSTANCE_URL', 'searxng', '8080');

  /** The RAG API at `http://rag-api.<namespace>:8000`. */
  public static readonly RAG_API = new LibreChatServiceType('ragApi', 'RAG_API_URL', 'rag-api', '8000');

  /** Meilisearch at `http://meilisearch.<namespace>:7700`. */
  public static readonly MEILISEARCH = new LibreChatServiceType('meilisearch', 'MEILI_HOST', 'meilisearch', '7700', {
    SEARCH: 'true',
    MEILI_NO_SYNC: 'true',
  });

  /** Firecrawl at `http://firecrawl.<namespace>:3002`. */
  public static readonly FIRECRAWL = new LibreChatServiceType('firecrawl', 'FIRECRAWL_API_URL', 'firecrawl', '3002');

  /** @internal */
  public static readonly _ALL = [
    LibreChatServiceType.LITE_LLM, LibreChatServiceType.SEARXNG, LibreChatServiceType.RAG_API, LibreChatServiceType.MEILISEARCH,
    LibreChatServiceType.FIRECRAWL,
  ];

  private constructor(
    /** @internal */ public readonly _option: keyof LibreChatServiceUrls,
    private readonly variable: string,
    private readonly host: string,
    private readonly portAndPath: string,
    private readonly switches: Record<string, string> = {},
  ) {}

  /** @internal */
  public _variables(url: string): Record<string, string> {
    return { [this.variable]: url, ...this.switches };
  }

  /** @internal */
  public _urlIn(namespace: INamespace): string {
    return `http://${this.host}.${namespace.namespaceName}:${this.portAndPath}`;
  }
}

/** Options of `LibreChatServices.fromCloudMapNamespace()`. */
export interface LibreChatCloudMapOptions {
  /**
   * Services that are registered in the namespace.
   *
   * @default - all five services
   */
  readonly services?: LibreChatServiceType[];
}

/** Existing services that LibreChat uses. The library does not create them. */
export abstract class LibreChatServices {
  /**
   * Uses services at the given URLs. A function in a VPC may connect to any TCP port in the VPC, and to port 443 of any address.
   *
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   services: LibreChatServices.fromUrls({ liteLlm: 'https://litellm.example.com/v1' }),
   * });
   */
  public static fromUrls(urls: LibreChatServiceUrls): LibreChatServices {
    return new UrlServices(urls);
  }

  /**
   * Uses services that are registered in a Cloud Map namespace, such as `http://litellm.<namespace>:4000/v1`.
   *
   * The function may connect to any TCP port in its VPC. A private namespace requires the `vpc` that it belongs to.
   *
   * @param cloudMapNamespace a private or public DNS namespace; names in an HTTP namespace do not resolve
   * @see https://docs.aws.amazon.com/cloud-map/latest/dg/working-with-namespaces.html
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   vpc,
   *   services: LibreChatServices.fromCloudMapNamespace(namespace, { services: [LibreChatServiceType.LITE_LLM] }),
   * });
   */
  public static fromCloudMapNamespace(cloudMapNamespace: INamespace, options: LibreChatCloudMapOptions = {}): LibreChatServices {
    return new CloudMapServices(cloudMapNamespace, options);
  }

  /** @internal */
  public abstract readonly _needsVpc: boolean;

  /** For variants inside this library: use the static methods. */
  protected constructor() {}

  /** @internal */
  public abstract _variables(): Record<string, string>;

  /** @internal */
  public _bind(_scope: Construct, _context: BindContext): Binding {
    return {
      variables: this._variables(),
      connect: (client, { vpc }) => client.connections.allowTo(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.allTcp(), 'LibreChat to services'),
    };
  }
}

const SERVICE_URLS: PropTypes<LibreChatServiceUrls> = { liteLlm: STRING, searxng: STRING, ragApi: STRING, meilisearch: STRING, firecrawl: STRING };

const CLOUD_MAP_OPTIONS: PropTypes<LibreChatCloudMapOptions> = { services: LIST };

class UrlServices extends LibreChatServices {
  public readonly _needsVpc = false;

  constructor(private readonly urls: LibreChatServiceUrls) {
    super();
    validateProps('LibreChatServiceUrls', urls, SERVICE_URLS);
    for (const { _option: option } of LibreChatServiceType._ALL) validateServiceUrl(option, urls[option]);
  }

  public _variables(): Record<string, string> {
    const given = LibreChatServiceType._ALL.filter(({ _option: option }) => this.urls[option] !== undefined);
    return merged(given.map((service) => service._variables(this.urls[service._option]!)));
  }
}

class CloudMapServices extends LibreChatServices {
  public readonly _needsVpc: boolean;
  private readonly services: LibreChatServiceType[];

  constructor(private readonly cloudMapNamespace: INamespace, options: LibreChatCloudMapOptions) {
    super();
    validateType('cloudMapNamespace', cloudMapNamespace, like('servicediscovery.INamespace', 'namespaceName'));
    validateProps('LibreChatCloudMapOptions', options, CLOUD_MAP_OPTIONS);
    const { services = LibreChatServiceType._ALL } = options;
    for (const service of services) validateType('services', service, instanceOf(LibreChatServiceType));
    // Compared by name, so that synthesis does not load aws-servicediscovery.
    this._needsVpc = String(cloudMapNamespace.type) !== 'DNS_PUBLIC';
    this.services = services;
  }

  public _variables(): Record<string, string> {
    return merged(this.services.map((service) => service._variables(service._urlIn(this.cloudMapNamespace))));
  }
}

function merged(variables: Array<Record<string, string>>): Record<string, string> {
  return Object.assign({}, ...variables) as Record<string, string>;
}
