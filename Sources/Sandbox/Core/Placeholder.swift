// SandboxCore
