using System.Text.Json;
using System.Text.Json.Serialization;

namespace SxtAspNet.Testing.Core;

/// <summary>The file form of the settings that tell one gateway from another; what is absent has its default.</summary>
internal sealed record GatewayProfile
{
    public TimeSpan? ChallengeLifetime { get; init; }

    public TimeSpan? AccessTokenLifetime { get; init; }

    public TimeSpan? RefreshTokenLifetime { get; init; }

    public TimeSpan? SessionLifetime { get; init; }

    public bool? AllowRefreshTokenReuse { get; init; }

    public bool? ReusedRefreshTokenEndsSession { get; init; }

    public bool? OldAccessTokensSurviveRefresh { get; init; }

    public bool? LoginEndsOtherSessions { get; init; }

    public bool? RefreshExtendsSession { get; init; }

    public bool? LogoutEndsAllSessions { get; init; }

    public bool? AllowChallengeReuse { get; init; }

    public int? RefusedTokenStatus { get; init; }

    public bool? RefusedTokenHasBody { get; init; }

    public IReadOnlyList<string>? AdditionalMembers { get; init; }

    public bool? SendDate { get; init; }

    public TimeSpan? ClockOffset { get; init; }

    public bool? SendSessionExpires { get; init; }

    public static GatewayProfile Of(SxtGatewayEmulatorOptions options) => new()
    {
        ChallengeLifetime = options.ChallengeLifetime,
        AccessTokenLifetime = options.AccessTokenLifetime,
        RefreshTokenLifetime = options.RefreshTokenLifetime,
        SessionLifetime = options.SessionLifetime,
        AllowRefreshTokenReuse = options.AllowRefreshTokenReuse,
        ReusedRefreshTokenEndsSession = options.ReusedRefreshTokenEndsSession,
        OldAccessTokensSurviveRefresh = options.OldAccessTokensSurviveRefresh,
        LoginEndsOtherSessions = options.LoginEndsOtherSessions,
        RefreshExtendsSession = options.RefreshExtendsSession,
        LogoutEndsAllSessions = options.LogoutEndsAllSessions,
        AllowChallengeReuse = options.AllowChallengeReuse,
        RefusedTokenStatus = options.RefusedTokenStatus,
        RefusedTokenHasBody = options.RefusedTokenHasBody,
        AdditionalMembers = options.AdditionalMembers,
        SendDate = options.SendDate,
        ClockOffset = options.ClockOffset,
        SendSessionExpires = options.SendSessionExpires,
    };

    public static GatewayProfile Load(string path)
    {
        using FileStream file = File.OpenRead(path);
        try
        {
            return JsonSerializer.Deserialize(file, ProfileJson.Default.GatewayProfile)
                ?? throw new InvalidDataException($"The profile '{path}' is null; write it again with dotnet sxt probe --profile.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException(
                $"The file '{path}' is no profile of a gateway: {failure.Message} Write it again with dotnet sxt probe --profile.", failure);
        }
    }

    public void Save(Stream stream) => JsonSerializer.Serialize(stream, this, ProfileJson.Default.GatewayProfile);

    public SxtGatewayEmulatorOptions ToOptions()
    {
        var options = new SxtGatewayEmulatorOptions();
        options.ChallengeLifetime = ChallengeLifetime ?? options.ChallengeLifetime;
        options.AccessTokenLifetime = AccessTokenLifetime ?? options.AccessTokenLifetime;
        options.RefreshTokenLifetime = RefreshTokenLifetime ?? options.RefreshTokenLifetime;
        options.SessionLifetime = SessionLifetime ?? options.SessionLifetime;
        options.AllowRefreshTokenReuse = AllowRefreshTokenReuse ?? options.AllowRefreshTokenReuse;
        options.ReusedRefreshTokenEndsSession = ReusedRefreshTokenEndsSession ?? options.ReusedRefreshTokenEndsSession;
        options.OldAccessTokensSurviveRefresh = OldAccessTokensSurviveRefresh ?? options.OldAccessTokensSurviveRefresh;
        options.LoginEndsOtherSessions = LoginEndsOtherSessions ?? options.LoginEndsOtherSessions;
        options.RefreshExtendsSession = RefreshExtendsSession ?? options.RefreshExtendsSession;
        options.LogoutEndsAllSessions = LogoutEndsAllSessions ?? options.LogoutEndsAllSessions;
        options.AllowChallengeReuse = AllowChallengeReuse ?? options.AllowChallengeReuse;
        options.RefusedTokenStatus = RefusedTokenStatus ?? options.RefusedTokenStatus;
        options.RefusedTokenHasBody = RefusedTokenHasBody ?? options.RefusedTokenHasBody;
        options.AdditionalMembers = AdditionalMembers ?? options.AdditionalMembers;
        options.SendDate = SendDate ?? options.SendDate;
        options.ClockOffset = ClockOffset ?? options.ClockOffset;
        options.SendSessionExpires = SendSessionExpires ?? options.SendSessionExpires;
        return options;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(GatewayProfile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
