import type koffi from 'koffi'
import { endianness } from 'node:os'
import { getSystemErrorName } from 'node:util'

/** Octets, or the number of their first address. */
type Pointer = Uint8Array | bigint

/**
 * The calls of libc that the fast links need, on Linux. All of them return at once: every socket is opened non-blocking. Each returns what it does in
 * C, with `-errno` in place of -1.
 */
export interface SystemCalls {
  socket(domain: number, type: number, protocol: number): number
  bind(descriptor: number, address: Pointer, addressBytes: number): number
  getsockname(descriptor: number, address: Pointer, addressBytes: Pointer): number
  setsockopt(descriptor: number, level: number, option: number, value: Pointer, valueBytes: number): number
  getsockopt(descriptor: number, level: number, option: number, value: Pointer, valueBytes: Pointer): number
  sendto(descriptor: number, octets: Pointer, octetsBytes: number, flags: number, to: Pointer, toBytes: number): number
  sendmsg(descriptor: number, message: Pointer, flags: number): number
  sendmmsg(descriptor: number, messages: Pointer, count: number, flags: number): number
  recvmmsg(descriptor: number, messages: Pointer, count: number, flags: number, timeout: null): number
  close(descriptor: number): number
  /** 0: no such interface. */
  interfaceIndex(name: string): number
  /** Undefined: no such interface. */
  interfaceName(index: number): string | undefined
  /** Where in memory a buffer begins: it stays there as long as the buffer is held. */
  addressOf(buffer: ArrayBuffer): bigint
  poll(descriptor: number, events: PollEvents, ready: PollReady): PollHandle
}

export interface PollEvents {
  readonly readable: boolean
  readonly writable: boolean
}

/** @param status - below 0: the descriptor has an error, and nothing is reported any more until it is polled anew */
export type PollReady = (status: number) => void

/** Readiness by the event loop of Node itself: no thread, and nothing to do while nothing happens. */
export interface PollHandle {
  start(events: PollEvents, ready: PollReady): void
  /** The descriptor may be closed right after it. */
  close(): void
}

/** Linux has the same numbers and, with 64 bits and the least significant octet first, the same layouts on all of these. */
const ARCHITECTURES = ['x64', 'arm64', 'riscv64', 'loong64']

/** The system calls, or why there are none here. */
export type SystemCallsOrWhy = { readonly calls: SystemCalls } | { readonly whyNot: string }

let loaded: Promise<SystemCallsOrWhy> | undefined

/** Load them, once; never rejects. That koffi is absent is normal: it is an optional dependency. */
export function loadSystemCalls(): Promise<SystemCallsOrWhy> {
  return (loaded ??= load())
}

async function load(): Promise<SystemCallsOrWhy> {
  if (process.platform !== 'linux') return { whyNot: `this is ${process.platform}; fast links need Linux` }
  if (!ARCHITECTURES.includes(process.arch) || endianness() !== 'LE') {
    return { whyNot: `this is ${process.arch}; fast links need ${ARCHITECTURES.join(', ')}` }
  }
  try {
    const { default: koffi } = await import('koffi')
    return { calls: bindCalls(koffi) }
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
    const reason = cause instanceof Error ? cause.message : String(cause)
    return { whyNot: isAbsent ? 'koffi is not installed' : `koffi cannot be used: ${reason}` }
  }
}

type Koffi = typeof koffi
/** Those that are in libc by their names here, and return an integer. */
type NativeCall = Exclude<keyof SystemCalls, 'interfaceIndex' | 'interfaceName' | 'addressOf' | 'poll'>

function bindCalls(koffi: Koffi): SystemCalls {
  // Of this process itself, which has libc in it, whichever one.
  const libc = koffi.load(null)
  const call = <N extends NativeCall>(name: N, result: string, parameters: string[]): SystemCalls[N] => {
    const native = libc.func(name, result, parameters) as (...args: unknown[]) => number
    const returning = (...args: unknown[]): number => {
      const returned = native(...args)
      return returned < 0 ? -koffi.errno() : returned
    }
    return returning
  }
  if (typeof koffi.node.poll !== 'function') throw new Error(`version ${koffi.version} cannot poll`)
  const indexOf = libc.func('if_nametoindex', 'uint', ['str']) as (name: string) => number
  const nameOf = libc.func('if_indextoname', 'str', ['uint', 'void *']) as (index: number, name: Uint8Array) => string
  return {
    socket: call('socket', 'int', ['int', 'int', 'int']),
    bind: call('bind', 'int', ['int', 'void *', 'uint']),
    getsockname: call('getsockname', 'int', ['int', 'void *', 'void *']),
    setsockopt: call('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint']),
    getsockopt: call('getsockopt', 'int', ['int', 'int', 'int', 'void *', 'void *']),
    sendto: call('sendto', 'long', ['int', 'void *', 'size_t', 'int', 'void *', 'uint']),
    sendmsg: call('sendmsg', 'long', ['int', 'void *', 'int']),
    sendmmsg: call('sendmmsg', 'int', ['int', 'void *', 'uint', 'int']),
    recvmmsg: call('recvmmsg', 'int', ['int', 'void *', 'uint', 'int', 'void *']),
    close: call('close', 'int', ['int']),
    interfaceIndex: indexOf,
    interfaceName: (index) => nameOf(index, new Uint8Array(new ArrayBuffer(INTERFACE_NAME_BYTES))) || undefined,
    addressOf: (buffer) => koffi.address(buffer),
    // koffi hands its callback the status before the events, whatever its types say.
    poll: koffi.node.poll as unknown as SystemCalls['poll'],
  }
}

const INTERFACE_NAME_BYTES = 16

/** An error as Node's own modules throw it: `bind EADDRINUSE udp://127.0.0.1:28200`, with `code`, `errno` and `syscall`. */
export function systemError(syscall: string, returned: number, subject: string): NodeJS.ErrnoException {
  const code = errorName(returned)
  return Object.assign(new Error(`${syscall} ${code} ${subject}`), { code, errno: returned, syscall })
}

/** `ENETDOWN` for -100. */
export function errorName(returned: number): string {
  return getSystemErrorName(returned)
}

export const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0x800
const SOCK_CLOEXEC = 0x8_0000
export const SOL_SOCKET = 1
export const SO_ERROR = 4
export const SO_RCVBUF = 8
/** Longer than any address of a socket that we open. */
const ADDRESS_BYTES = 32

/** Open a socket that never waits, and that no child process inherits. @throws Error of the system */
export function openSocket(calls: SystemCalls, domain: number, type: number, protocol: number): number {
  const descriptor = calls.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol)
  if (descriptor < 0) throw systemError('socket', descriptor, `of domain ${domain}`)
  return descriptor
}

/** Set an option that is an integer; one that the kernel does not know is left as it is. */
export function setOption(calls: SystemCalls, descriptor: number, level: number, option: number, value: number): void {
  calls.setsockopt(descriptor, level, option, octetsOf(value), 4)
}

/** An option that is an integer. */
export function getOption(calls: SystemCalls, descriptor: number, level: number, option: number): number {
  const value = octetsOf(0)
  calls.getsockopt(descriptor, level, option, value, octetsOf(4))
  return new DataView(value.buffer).getInt32(0, true)
}

/** The address that a socket is bound to, as the kernel has it. */
export function ownAddress(calls: SystemCalls, descriptor: number): Uint8Array {
  const address = new Uint8Array(new ArrayBuffer(ADDRESS_BYTES))
  const returned = calls.getsockname(descriptor, address, octetsOf(ADDRESS_BYTES))
  if (returned < 0) throw systemError('getsockname', returned, `of descriptor ${descriptor}`)
  return address
}

function octetsOf(integer: number): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(new ArrayBuffer(4))
  new DataView(octets.buffer).setInt32(0, integer, true)
  return octets
}
