// What sends reports works as it is bundled for Lambda, where packages are no files any more.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bundleFunction } from '../../src/bundle/index.ts'
import type { deliverOutgoing, openChannels } from '../../src/reports/index.ts'
import { startSmtp } from './receivers.ts'
import { crash, message } from './sample.ts'

test('a bundled function sends e-mail', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'klue-reporter-'))
  const box = await startSmtp()
  try {
    const root = fileURLToPath(new URL('../../', import.meta.url))
    await bundleFunction({ root, entry: join(root, 'src', 'reports', 'index.ts'), folder })
    const bundled = (await import(pathToFileURL(join(folder, 'index.mjs')).href)) as { deliverOutgoing: typeof deliverOutgoing; openChannels: typeof openChannels }
    const channels = bundled.openChannels({ stage: 'live', values: { reports: { mail: { type: 'email', from: 'a@example.com', to: ['b@example.com'], smtp_url: box.url } } } })
    assert.deepEqual(await bundled.deliverOutgoing(message('new'), { channels }), { sent: ['mail'], before: [], failed: [] })
    assert.ok(box.mails[0]!.includes(crash.fingerprint))
  } finally {
    await box.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
