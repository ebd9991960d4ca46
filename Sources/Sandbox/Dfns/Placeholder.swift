// DfnsSandbox
