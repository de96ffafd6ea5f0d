using Holdfast.Daemon.Journal;

namespace Holdfast.Pure.Tests.Journal;

/// <summary>Which variables never reach the disk.</summary>
public sealed class SecretNamesTests
{
    [Theory]
    [InlineData("GITHUB_TOKEN", true)]
    [InlineData("my_secret_thing", true)]
    [InlineData("PGPASSWORD", true)]
    [InlineData("API_KEY", true)]
    [InlineData("AWS_REGION", true)]
    [InlineData("DB_PASS", true)]
    [InlineData("PATH", false)]
    [InlineData("LAWS_BOOK", false)]
    [InlineData("COMPASS", false)]
    [InlineData("PWD", false)]
    public void Names_tell_secrets(string name, bool isSecret) => Assert.Equal(isSecret, SecretNames.IsSecret(name));

    [Fact]
    public void What_is_left_out_is_named()
    {
        var (kept, dropped) = SecretNames.Split([new("PATH", "/bin"), new("Z_TOKEN", "1"), new("A_KEY", "2")]);
        Assert.Equal(["PATH"], kept.Keys);
        Assert.Equal(["A_KEY", "Z_TOKEN"], dropped);
    }
}
