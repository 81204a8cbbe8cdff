import t from 'tap'
import ts from 'typescript'
import { inCheckout } from '../checkout.js'
import { readmeExample } from './package.js'

t.test("README's example compiles against the package's own entry points, strictly [issue 2, Repository]", (t) => {
  const file = inCheckout('readme-example.mts')
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [inCheckout('node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  }
  const disk = ts.createCompilerHost(options)
  const host: ts.CompilerHost = { ...disk }
  host.fileExists = (path) => path === file || disk.fileExists(path)
  host.readFile = (path) => (path === file ? readmeExample() : disk.readFile(path))
  host.getSourceFile = (path, ...rest) =>
    path === file
      ? ts.createSourceFile(path, readmeExample(), ts.ScriptTarget.ES2023)
      : disk.getSourceFile(path, ...rest)
  const program = ts.createProgram([file], options, host)
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  t.same(problems, [])
  const read = program.getSourceFiles().map(({ fileName }) => fileName)
  t.ok(
    read.some((name) => name.endsWith('dist/sdk/index.d.ts')),
    'through the compiled types, as a consumer does',
  )
  t.end()
})

t.test("README's example is about ten lines [issue 2, Repository]", (t) => {
  const lines = readmeExample()
    .split('\n')
    .filter((line) => line.trim() !== '')
  t.ok(lines.length >= 8 && lines.length <= 14, `${lines.length} lines`)
  for (const line of lines) t.ok(line.length <= 100, line)
  t.end()
})
