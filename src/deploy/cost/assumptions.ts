// What stands in an estimate for what nobody measured; each is said in the output and in docs/reference/cli.md.

/** Milliseconds of a handler where nothing was measured. */
export const assumedMs = 50
/** Bytes of an answer. */
export const assumedOutBytes = 2048
/** Bytes of the line of a request, as docs/reference/log-record.md says it is written. */
export const assumedLineBytes = 426
/** Bytes that Lambda writes about an invocation (START, END, REPORT), and the gateway about a request. Nobody measured them: test/deployment/platform-bytes.test.ts makes such lines of the fields that AWS documents, and holds both numbers to them. */
export const platformBytes = 260
export const gatewayBytes = 241
/** What is left of log lines when CloudWatch has compressed them. */
export const compressedShare = 0.15
/** Requests whose lines arrive together. */
export const linesPerDelivery = 10
/** Milliseconds that ingest takes for them: 1.1 of a whole processor (measured by bench/ingest.mjs), of which its memory brings three tenths, so 4, and 8 for its one write (assumed). docs/reference/performance.md says how wrong that may be. */
export const deliveryMs = 12
/** Memory of ingest in MiB, and milliseconds of its look each minute. */
export const ingestMemoryMb = 512
export const lookMs = 100
/** Units that this look reads and writes. */
export const lookReads = 8
export const lookWrites = 3
/** Bytes of a pack beside its requests, and what is left in it of the bytes of a line. */
export const packBytes = 230
export const packedShare = 0.15
/** Share of deliveries that lie in two minutes, and so in two packs. */
export const straddlingShare = 0.08
/** Share of requests that failed or warned: each is counted as a pack of its own, with what is left of its line, which is longer. */
export const seriousShare = 0.01
export const seriousBytes = 800
/** Bytes by which a request can be looked up: of its minute, and of its hour. */
export const findBytes: number = 14 + 9
/** Units of the service's tables that a request takes: one that only reads, and one that writes (and reads before it). */
export const handlerReads = 1
export const handlerWrites = 1
/** Bytes of the item of an idempotency key beside the body of its answer. */
export const keyBytes = 400
/** Of larger answers only the status is kept. */
export const keptBytes = 300_000
/** Days of keeping for ever, as far as an estimate looks. */
export const foreverDays = 365

/** What is left of the bytes of a line in the archive, with its index; and files that an hour with requests takes. */
export const archivedShare = 0.25
export const filesAnHour = 2

/** Milliseconds of a sweep of tasks that finds nothing, and units that it reads and writes. */
export const sweepMs = 50
export const sweepReads = 2
export const sweepWrites = 1
/** Requests to an idle queue in a minute: five that wait for 20 seconds each. */
export const pollsAMinute = 15
/** Units that a task writes from its acceptance to its end, and requests to its queue. */
export const taskWrites = 9
export const taskMessages = 3
/** Units that a message writes, its claim and its end, and requests to its queue. */
export const messageWrites = 2
export const messageRequests = 3

export const daysAMonth = 30
export const minutesAMonth: number = daysAMonth * 24 * 60
