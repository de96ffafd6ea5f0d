return Holdfast.Kernel.Probe.Probe.Run(args);
