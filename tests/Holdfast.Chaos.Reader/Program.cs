using Holdfast.Chaos.Reader;

return ChaosReader.Run(args);
