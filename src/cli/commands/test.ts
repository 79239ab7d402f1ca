// klue test: the acceptance suite against a target.
import type { Wanted } from '../../testing/runner.ts'
import { type Command, type CommandCall, textOption } from '../command.ts'
import { misuse } from '../run.ts'
import { printJsonLine } from '../output.ts'

export const test: Command = {
  name: 'test',
  arguments: '[<file>...]',
  summary: 'Runs the acceptance tests of testaccept/ against a target; in process by default.',
  options: {
    'in-process': { type: 'boolean', doc: 'Calls the service inside the test process, without a socket.' },
    local: { type: 'boolean', doc: 'Calls the running local server, or one that is started for the tests.' },
    fresh: { type: 'boolean', doc: 'With `--local`: starts a server with empty data, even where one runs.' },
    url: { type: 'string', value: 'URL', doc: 'Calls the service at this address; token and user come from KLUE_JWT_TOKEN, KLUE_TEST_USER and KLUE_TEST_PASSWORD.' },
    stage: { type: 'string', value: 'NAME', doc: 'Calls the `live_host` of a stage; where the stage is live only tests marked `liveSafe` run.' },
    service: { type: 'string', multiple: true, value: 'API=URL', doc: 'Address of a further API of the target; may be repeated.' },
    'live-safe': { type: 'boolean', doc: 'Runs only tests marked `liveSafe`, as against a live stage.' },
    only: { type: 'string', value: 'PATTERN', doc: 'Runs only tests whose title matches this regular expression.' },
    loop: { type: 'boolean', doc: 'Runs again and again until a test fails.' },
    junit: { type: 'string', value: 'FILE', doc: 'Writes a JUnit report as well.' },
    record: { type: 'string', value: 'FILE', doc: 'Writes every exchange to a file, one JSON object a line, to compare targets; tokens of answers included.' },
    json: { type: 'boolean', doc: 'Prints one JSON object a test, then one with the answers that no test reached.' },
  },
  async run(call) {
    const { coverageTable, runSuite } = await import('../../testing/runner.ts')
    const { output, values } = call
    const asJson = values['json'] === true
    const only = textOption(call, 'only')
    const junit = textOption(call, 'junit')
    const record = textOption(call, 'record')
    const wanted = wantedTarget(call)
    for (let round = 1; ; round += 1) {
      const result = await runSuite({
        root: call.root,
        wanted,
        files: call.positionals,
        asJson,
        isLiveSafe: values['live-safe'] === true,
        ...(only === undefined ? {} : { only }),
        ...(junit === undefined ? {} : { junit }),
        ...(record === undefined ? {} : { record }),
        onStart: (title) => (asJson ? undefined : output.print(`Testing ${title}${values['loop'] === true ? `, round ${round}` : ''}`)),
      })
      if (asJson) printJsonLine(output, { coverage: result.coverage })
      else output.print(`\n${coverageTable(result.coverage)}`)
      if (values['loop'] !== true || result.code !== 0) return result.code === 0 ? 0 : 1
    }
  },
}

function wantedTarget(call: CommandCall): Wanted {
  const { values } = call
  const given = ['in-process', 'local', 'url', 'stage'].filter((name) => values[name] !== undefined && values[name] !== false)
  if (given.length > 1) throw misuse(`--${given.join(' and --')} exclude each other`)
  const services = Object.fromEntries(((values['service'] as string[] | undefined) ?? []).map(readService))
  const url = textOption(call, 'url')
  const stage = textOption(call, 'stage')
  if (url !== undefined) return { kind: 'url', url, services }
  if (stage !== undefined) return { kind: 'stage', stage, services }
  if (values['local'] === true) return { kind: 'local', isFresh: values['fresh'] === true }
  if (values['fresh'] === true) throw misuse('--fresh is about the server of --local', 'add --local')
  return { kind: 'in-process' }
}

function readService(text: string): [string, string] {
  const equals = text.indexOf('=')
  const url = text.slice(equals + 1)
  if (equals < 1 || !URL.canParse(url)) throw misuse(`--service ${text} is not of the form API=URL`)
  return [text.slice(0, equals), url.replace(/\/$/, '')]
}
