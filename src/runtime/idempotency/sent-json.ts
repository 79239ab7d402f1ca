// The JSON body of a request as it was sent: texts of custom formats are still texts.
import type { ApiRequest } from '../exchange/message.ts'

/** The value; undefined where the body is no JSON. */
export function sentJson({ text, body }: ApiRequest): unknown {
  if (text === undefined && body === undefined) return undefined
  try {
    return JSON.parse(text ?? new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
