import { deserialize, serialize, type Document } from 'bson';

/** A request of a client: one command, from any type of message. */
export interface Request {
  readonly id: number;
  readonly command: Document;
  /** Sent with OP_QUERY, which drivers use for the first handshake of a connection. */
  readonly legacy: boolean;
  /** The client does not expect a response. */
  readonly noResponse: boolean;
}

const HEADER = 16;
const LARGEST_MESSAGE = 48_000_000;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** Reads messages from received data. @throws Error if it is not the wire protocol, such as a TLS handshake */
export class MessageReader {
  private received = Buffer.alloc(0);

  public push(chunk: Buffer): Request[] {
    this.received = Buffer.concat([this.received, chunk]);
    const requests: Request[] = [];
    while (this.received.length >= HEADER) {
      const length = this.received.readInt32LE(0);
      if (length < HEADER || length > LARGEST_MESSAGE) throw new Error(`a message must have ${HEADER} to ${LARGEST_MESSAGE} bytes, got: ${length}`);
      if (this.received.length < length) break;
      requests.push(read(this.received.subarray(0, length)));
      this.received = this.received.subarray(length);
    }
    return requests;
  }
}

/** The encoded response to a request. */
export function responseTo({ id, legacy }: Request, body: Document): Buffer {
  const document = serialize(body);
  if (!legacy) return message(OP_MSG, id, Buffer.alloc(4), Buffer.from([0]), document);
  const prefix = Buffer.alloc(20);
  prefix.writeInt32LE(1, 16);
  return message(OP_REPLY, id, prefix, document);
}

function read(bytes: Buffer): Request {
  const id = bytes.readInt32LE(4);
  const operation = bytes.readInt32LE(12);
  if (operation === OP_MSG) return { id, legacy: false, ...readSections(bytes) };
  if (operation !== OP_QUERY) throw new Error(`the operation must be OP_MSG or OP_QUERY, got: ${operation}`);
  const name = bytes.toString('utf8', HEADER + 4, bytes.indexOf(0, HEADER + 4));
  const start = HEADER + 4 + Buffer.byteLength(name) + 1 + 8;
  const query = deserialize(bytes.subarray(start, start + bytes.readInt32LE(start)));
  return { id, legacy: true, noResponse: false, command: { ...query, $db: name.split('.')[0] } };
}

/** Reads a body, and document sequences, which become arrays of it. */
function readSections(bytes: Buffer): Pick<Request, 'command' | 'noResponse'> {
  const flags = bytes.readUInt32LE(HEADER);
  const [checksumPresent, moreToCome] = [flags % 2 === 1, Math.floor(flags / 2) % 2 === 1];
  const end = bytes.length - (checksumPresent ? 4 : 0);
  let command: Document = {};
  const sequences: Document = {};
  for (let at = HEADER + 4; at < end;) {
    const kind = bytes[at++];
    const length = bytes.readInt32LE(at);
    const section = bytes.subarray(at, at + length);
    if (kind === 0) command = deserialize(section);
    else if (kind === 1) Object.assign(sequences, readSequence(section));
    else throw new Error(`the kind of a section must be 0 or 1, got: ${kind}`);
    at += length;
  }
  return { command: { ...command, ...sequences }, noResponse: moreToCome };
}

function readSequence(section: Buffer): Document {
  const end = section.indexOf(0, 4);
  const documents: Document[] = [];
  for (let at = end + 1; at < section.length; at += section.readInt32LE(at)) {
    documents.push(deserialize(section.subarray(at, at + section.readInt32LE(at))));
  }
  return { [section.toString('utf8', 4, end)]: documents };
}

function message(operation: number, requestId: number, ...parts: Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(HEADER + parts.reduce((sum, part) => sum + part.length, 0), 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(operation, 12);
  return Buffer.concat([header, ...parts]);
}
