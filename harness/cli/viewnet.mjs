#!/usr/bin/env node
// The program of the package. It stands here and not in dist, so that it is there before anything is compiled: npx looks once for the programs of a checkout
// and then remembers for good that there was none.
import { existsSync } from 'node:fs'

const program = new URL('../../dist/harness/cli/main.js', import.meta.url)
// A fresh checkout; a package brings what it needs.
if (!existsSync(program)) await import('../../.ci/prepare.mjs')
await import(program.href)
