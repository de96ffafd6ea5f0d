using Holdfast.Generate;

// Run from the root of the repository: dotnet run --project tools/Holdfast.Generate
foreach (var file in GeneratedFiles.All())
{
    // The folder must be there already: a wrong working directory is told, not filled with files.
    await File.WriteAllTextAsync(file.Path, file.Text);
    Console.WriteLine(file.Path);
}
