import CMicroHTTPD
import HTTPTypes

// What libmicrohttpd calls, on threads of its own. Each is a plain function of the module: a closure written where code
// is isolated to an actor would trap there.

/// A request line has come in; what is returned belongs to the request until `endExchange`.
func beginExchange(
    context: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let target, let connection else { return nil }
    return Unmanaged.passRetained(Exchange(connection: connection, target: String(cString: target))).toOpaque()
}

/// The header fields are there; then each part of the body; then the end of it; then, awake again, the answer's turn.
func handleRequest(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, part: UnsafePointer<CChar>?,
    partSize: UnsafeMutablePointer<Int>?, slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let method, let partSize, let pointer = slot?.pointee else { return .NO }
    let engine = Unmanaged<ServerEngine>.fromOpaque(context).takeUnretainedValue()
    let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    let part = UnsafeRawBufferPointer(start: part, count: partSize.pointee)
    partSize.pointee = 0
    return engine.proceed(exchange, method: method, part: part) ? .YES : .NO
}

/// The answer is out, or the connection broke.
func endExchange(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, reason: MHD_RequestTerminationCode
) {
    guard let context, let pointer = slot?.pointee else { return }
    slot?.pointee = nil
    let engine = Unmanaged<ServerEngine>.fromOpaque(context).takeUnretainedValue()
    engine.ended(Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue())
}

/// One header field of a request.
func readHeader(
    context: UnsafeMutableRawPointer?, kind: MHD_ValueKind, name: UnsafePointer<CChar>?, nameSize: Int,
    value: UnsafePointer<CChar>?, valueSize: Int
) -> MHD_Result {
    guard let reader = context?.assumingMemoryBound(to: HeaderReader.self) else { return .NO }
    guard reader.pointee.headers.fields.count < reader.pointee.limit else {
        reader.pointee.isFull = true
        return .NO
    }
    reader.pointee.headers.add(
        String(decoding: UnsafeRawBufferPointer(start: name, count: nameSize), as: UTF8.self),
        String(decoding: UnsafeRawBufferPointer(start: value, count: valueSize), as: UTF8.self))
    return .YES
}

/// A slow body's next drops.
func readDrip(
    context: UnsafeMutableRawPointer?, position: UInt64, buffer: UnsafeMutablePointer<CChar>?, size: Int
) -> Int {
    guard let context, let buffer else { return shim_reader_failed() }
    let drip = Unmanaged<Drip>.fromOpaque(context).takeUnretainedValue()
    return drip.read(from: Int(position), into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
}

/// Nobody reads the slow body any more.
func endDrip(context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    Unmanaged<Drip>.fromOpaque(context).release()
}
