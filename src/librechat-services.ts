import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { Binding } from './private/binding';
import { validateServiceUrl } from './private/validation';

/** Options of `LibreChatServices.fromUrls()`: what is not given is not used. */
export interface LibreChatServiceUrls {
  /**
   * LiteLLM, as `LITELLM_BASE_URL`: for use in `librechat.yaml`. An http or https URL without a slash at its end, as are the
   * others.
   *
   * @see https://www.librechat.ai/docs/configuration/librechat_yaml/ai_endpoints/litellm
   * @default - none
   */
  readonly liteLlm?: string;

  /**
   * SearXNG, for web search.
   *
   * @see https://www.librechat.ai/docs/features/web_search
   * @default - none
   */
  readonly searxng?: string;

  /**
   * The RAG API, for answers out of files. LibreChat waits for its `/health` whenever an environment starts.
   *
   * @see https://www.librechat.ai/docs/configuration/rag_api
   * @default - none
   */
  readonly ragApi?: string;

  /**
   * Meilisearch, for the search in conversations. Its key goes into `secrets` as `MEILI_MASTER_KEY`.
   *
   * @see https://www.librechat.ai/docs/configuration/meilisearch
   * @default - no search
   */
  readonly meilisearch?: string;

  /**
   * Firecrawl, which reads web pages for web search.
   *
   * @see https://www.librechat.ai/docs/features/web_search
   * @default - none
   */
  readonly firecrawl?: string;
}

/** Options of `LibreChatServices.fromCloudMapNamespace()`: names of services in the namespace. */
export interface LibreChatCloudMapOptions {
  /**
   * Which of the five services the namespace has.
   *
   * @default - all
   */
  readonly only?: LibreChatService[];
}

/** Which of the services beside LibreChat, with the name and the port that it has in a Cloud Map namespace. */
export enum LibreChatService {
  /** `litellm`, port 4000. */
  LITE_LLM = 'liteLlm',
  /** `searxng`, port 8080. */
  SEARXNG = 'searxng',
  /** `rag-api`, port 8000. */
  RAG_API = 'ragApi',
  /** `meilisearch`, port 7700. */
  MEILISEARCH = 'meilisearch',
  /** `firecrawl`, port 3002. */
  FIRECRAWL = 'firecrawl',
}

const VARIABLES: Record<LibreChatService, string> = {
  liteLlm: 'LITELLM_BASE_URL',
  searxng: 'SEARXNG_INSTANCE_URL',
  ragApi: 'RAG_API_URL',
  meilisearch: 'MEILI_HOST',
  firecrawl: 'FIRECRAWL_API_URL',
};

/** The host in the namespace, the port and the path by which each is known. */
const ADDRESSES: Record<LibreChatService, [host: string, portAndPath: string]> = {
  liteLlm: ['litellm', '4000/v1'],
  searxng: ['searxng', '8080'],
  ragApi: ['rag-api', '8000'],
  meilisearch: ['meilisearch', '7700'],
  firecrawl: ['firecrawl', '3002'],
};

/** Services beside LibreChat that it uses where they are there. They run elsewhere: none is made here. */
export class LibreChatServices {
  /**
   * Services at addresses of your own. Where the function is in a VPC, it may connect to any TCP port in that VPC, and to
   * port 443 outside of it.
   *
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   services: LibreChatServices.fromUrls({ liteLlm: 'https://litellm.example.com/v1' }),
   * });
   */
  public static fromUrls(urls: LibreChatServiceUrls): LibreChatServices {
    for (const service of Object.values(LibreChatService)) validateServiceUrl(service, urls[service]);
    return new LibreChatServices(urls);
  }

  /**
   * Services registered in a Cloud Map namespace, such as `http://litellm.<namespace>:4000/v1`. The function may connect
   * to any TCP port in its VPC. A private namespace needs the `vpc` that it belongs to.
   *
   * @param cloudMapNamespace an HTTP namespace has no names to look up, so it must be a DNS namespace
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   vpc,
   *   services: LibreChatServices.fromCloudMapNamespace(namespace, { only: [LibreChatService.LITE_LLM] }),
   * });
   */
  public static fromCloudMapNamespace(cloudMapNamespace: INamespace, options: LibreChatCloudMapOptions = {}): LibreChatServices {
    const services = options.only ?? Object.values(LibreChatService);
    const urls = Object.fromEntries(services.map((service) => {
      const [host, portAndPath] = ADDRESSES[service];
      return [service, `http://${host}.${cloudMapNamespace.namespaceName}:${portAndPath}`];
    }));
    return new LibreChatServices(urls, String(cloudMapNamespace.type) !== 'DNS_PUBLIC');
  }

  private readonly urls: LibreChatServiceUrls;

  /** @internal */
  public readonly _needsVpc: boolean;

  private constructor(urls: LibreChatServiceUrls, needsVpc = false) {
    this.urls = urls;
    this._needsVpc = needsVpc;
  }

  /** @internal */
  public _bind(vpc?: ec2.IVpc): Binding {
    const given = Object.values(LibreChatService).filter((service) => this.urls[service] !== undefined);
    return {
      variables: {
        ...Object.fromEntries(given.map((service) => [VARIABLES[service], this.urls[service]!])),
        ...this.urls.meilisearch === undefined ? {} : { SEARCH: 'true', MEILI_NO_SYNC: 'true' },
      },
      connect: (client) => client.connections.allowTo(ec2.Peer.ipv4(vpc!.vpcCidrBlock), ec2.Port.allTcp(), 'LibreChat to services'),
    };
  }
}
