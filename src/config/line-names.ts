// Names of fields in the line of an ordinary request, as CloudWatch is paid for them: by the byte.

/** Short names, by the names that everything else has. Names that counting needs have none: every version of the kit reads them. */
export const shortNames: Readonly<Record<string, string>> = { method: 'm', path: 'p', query: 'q', length: 'n', request_type: 'qt', response_type: 'rt', call_id: 'c', call_path: 'cp', user: 'u', user_agent: 'ua', memory_mb: 'mb', request_id: 'r' }

/** Service, stage, version and function in one text. Lines that have it are short ones; what else they leave out follows from what they say. */
export const originName = 'by'

/** Milliseconds from when the gateway had a request to when the service had it, in place of the times of the service. */
export const delayName = 'dt'

/** Stands for the media type of JSON. */
export const shortJson = 'json'

/** What it stands for. */
export const jsonType = 'application/json'

/** Stands in the name of a function for `<service>-<stage>-`. */
export const ownPrefix = '~'
