using System.Text.Json;
using NSec.Cryptography;

namespace SxtAspNet.Testing.Core;

/// <summary>What each call does.</summary>
internal sealed class GatewayEndpoints(
    SxtGatewayEmulatorOptions options,
    Keyrings keyrings,
    Challenges challenges,
    SessionBook sessions)
{
    private const string InvalidToken = "The access token is missing, unknown, expired or revoked.";

    private readonly Callbacks _callbacks = new(options);

    /// <returns>
    /// The answer; <see langword="null"/> for a call in order that <paramref name="callback"/> answers, outside the lock.
    /// </returns>
    public GatewayReply? Answer(
        GatewayCall call, SxtGatewayCalls.Entry entry, DateTimeOffset now, out Func<GatewayReply>? callback)
    {
        callback = null;
        return call.Kind switch
        {
            SxtGatewayCallKind.Challenge => Challenge(call, now),
            SxtGatewayCallKind.RegisterChallenge => RegisterChallenge(call, now),
            SxtGatewayCallKind.Token => Login(call, entry, now),
            SxtGatewayCallKind.Refresh => Refresh(call, now),
            SxtGatewayCallKind.ApiKeyExchange => ExchangeApiKey(call, entry, now),
            SxtGatewayCallKind.IdExists => GatewayReply.Json(keyrings.Exists(call.NamedUserId!) ? "true" : "false"),
            SxtGatewayCallKind.Unknown when call.Allow is { } allow => MethodNotAllowed(allow),
            SxtGatewayCallKind.Unknown => GatewayReply.NoSuchPath(call.Request),
            SxtGatewayCallKind.Sql or SxtGatewayCallKind.Api => sessions.Authenticate(call.Token, now) is { } caller
                ? _callbacks.Prepare(call, caller.UserId, out callback)
                : GatewayReply.UnauthorizedApiCall(),
            _ => sessions.Authenticate(call.Token, now) is { } session
                ? AnswerUser(call, session, now)
                : call.Kind is SxtGatewayCallKind.ValidToken ? RefusedToken()
                : GatewayReply.Unauthorized(InvalidToken),
        };
    }

    private GatewayReply RefusedToken() => options.RefusedTokenHasBody
        ? GatewayReply.Problem(options.RefusedTokenStatus, "Unauthorized", InvalidToken)
        : new GatewayReply(options.RefusedTokenStatus, null, []);

    private GatewayReply AnswerUser(GatewayCall call, Session session, DateTimeOffset now)
    {
        string userId = session.UserId;
        switch (call.Kind)
        {
            case SxtGatewayCallKind.Logout:
                session.Ended = true;
                if (options.LogoutEndsAllSessions)
                {
                    sessions.EndAll(userId);
                }

                return GatewayReply.NoContent();
            case SxtGatewayCallKind.ValidToken:
                return ValidToken(userId);
            case SxtGatewayCallKind.Keys:
                return Keys(userId);
            case SxtGatewayCallKind.AddKeyChallenge:
                return Code(ChallengePurpose.AddKey, userId, prefix: null, now);
            default:
                return AddKey(call, userId, now);
        }
    }

    private GatewayReply ValidToken(string userId) => Object(json =>
    {
        SxtGatewayUser user = keyrings.Describe(userId);
        json.WriteString("userId", userId);
        if (user.SubscriptionId is { } subscription)
        {
            json.WriteString("subscriptionId", subscription);
        }

        Flag("restricted", user.Restricted);
        Flag("quotaExceeded", user.QuotaExceeded);
        Flag("trial", user.Trial);
        WriteAdditionalMembers(json);

        void Flag(string member, bool? value)
        {
            if (value is { } flag)
            {
                json.WriteBoolean(member, flag);
            }
        }
    });

    private GatewayReply Challenge(GatewayCall call, DateTimeOffset now)
    {
        if (call.Refusal is { } refusal)
        {
            return refusal;
        }

        if (call.Text("userId") is not { } userId)
        {
            return GatewayReply.MissingMember("userId");
        }

        return keyrings.Exists(userId) || options.RegisterUnknownUsers
            ? Code(ChallengePurpose.Login, userId, call.Text("prefix"), now)
            : GatewayReply.Problem(404, "Not Found", "There is no such user.");
    }

    private GatewayReply RegisterChallenge(GatewayCall call, DateTimeOffset now)
    {
        if (call.Refusal is { } refusal)
        {
            return refusal;
        }

        if (call.Text("userId") is not { } userId)
        {
            return GatewayReply.MissingMember("userId");
        }

        if (call.Text("email") is null)
        {
            return GatewayReply.MissingMember("email");
        }

        return keyrings.Exists(userId)
            ? GatewayReply.Problem(409, "Conflict", "The user exists.")
            : Code(ChallengePurpose.Login, userId, call.Text("prefix"), now);
    }

    private GatewayReply Code(ChallengePurpose purpose, string userId, string? prefix, DateTimeOffset now)
    {
        string code = challenges.Issue(purpose, userId, prefix, now + options.ChallengeLifetime);
        return Object(json => json.WriteString("authCode", code));
    }

    private GatewayReply Login(GatewayCall call, SxtGatewayCalls.Entry entry, DateTimeOffset now)
    {
        if (call.Refusal is { } refusal)
        {
            return refusal;
        }

        if (call.Text("userId") is not { } userId)
        {
            return GatewayReply.MissingMember("userId");
        }

        if (CheckSignature(ChallengePurpose.Login, call, userId, now, out string key) is { } wrong)
        {
            return wrong;
        }

        if (!keyrings.Exists(userId))
        {
            // A challenge for a user that is not there yet was given to make it.
            keyrings.AddKey(userId, key);
        }
        else if (!keyrings.KeysOf(userId).Contains(key))
        {
            return GatewayReply.Unauthorized("The key is not on the user's keyring.");
        }

        return SessionAnswer(StartSession(userId, entry, now));
    }

    private GatewayReply ExchangeApiKey(GatewayCall call, SxtGatewayCalls.Entry entry, DateTimeOffset now) =>
        keyrings.UserOf(call.Request.ApiKey) is { } userId
            ? SessionAnswer(StartSession(userId, entry, now), hasRefreshToken: false)
            : GatewayReply.Unauthorized("The API key is missing or unknown.");

    private SessionTokens StartSession(string userId, SxtGatewayCalls.Entry entry, DateTimeOffset now)
    {
        SessionTokens tokens = sessions.Start(userId, now);
        entry.SessionId = tokens.Session.Id;
        if (options.LoginEndsOtherSessions)
        {
            sessions.EndAll(userId, except: tokens.Session);
        }

        return tokens;
    }

    private GatewayReply Refresh(GatewayCall call, DateTimeOffset now)
    {
        (SessionTokens? tokens, string? refusal) = sessions.Refresh(call.Token, now);
        return tokens is null ? GatewayReply.Unauthorized(refusal!) : SessionAnswer(tokens);
    }

    private GatewayReply AddKey(GatewayCall call, string userId, DateTimeOffset now)
    {
        if (call.Refusal is { } refusal)
        {
            return refusal;
        }

        if (CheckSignature(ChallengePurpose.AddKey, call, userId, now, out string key) is { } wrong)
        {
            return wrong;
        }

        keyrings.AddKey(userId, key);
        return Keys(userId);
    }

    /// <returns>The answer that refuses the signature; <see langword="null"/> when it is right.</returns>
    private GatewayReply? CheckSignature(
        ChallengePurpose purpose, GatewayCall call, string userId, DateTimeOffset now, out string key)
    {
        key = "";
        foreach (string member in (ReadOnlySpan<string>)["authCode", "signature", "key", "scheme"])
        {
            if (call.Text(member) is null)
            {
                return GatewayReply.MissingMember(member);
            }
        }

        if (call.Text("scheme") != "ed25519")
        {
            return GatewayReply.BadRequest("The scheme must be ed25519.");
        }

        byte[][] messages = challenges.Take(purpose, userId, call.Text("authCode")!, options.AllowChallengeReuse, now);
        if (messages.Length == 0)
        {
            return GatewayReply.Unauthorized("The challenge is unknown, used, expired or another user's.");
        }

        key = call.Text("key")!;
        if (!Keyrings.TryReadKey(key, out PublicKey? publicKey))
        {
            return GatewayReply.Unauthorized("The key is not the padded base64 of a 32-byte Ed25519 public key.");
        }

        return Keyrings.Verify(publicKey, messages, call.Text("signature")!)
            ? null
            : GatewayReply.Unauthorized("The signature is not lower-case hex of this key's over the challenge.");
    }

    private GatewayReply Keys(string userId) => Object(json =>
    {
        json.WriteStartArray("keys");
        foreach (string key in keyrings.KeysOf(userId))
        {
            json.WriteStringValue(key);
        }

        json.WriteEndArray();
    });

    private GatewayReply SessionAnswer(SessionTokens tokens, bool hasRefreshToken = true) => Object(json =>
    {
        json.WriteString("accessToken", tokens.AccessToken);
        json.WriteNumber("accessTokenExpires", tokens.AccessTokenExpires.ToUnixTimeMilliseconds());
        if (hasRefreshToken)
        {
            json.WriteString("refreshToken", tokens.RefreshToken);
            json.WriteNumber("refreshTokenExpires", tokens.RefreshTokenExpires.ToUnixTimeMilliseconds());
        }

        if (options.SendSessionExpires)
        {
            json.WriteNumber("sessionExpires", tokens.Session.EndsAt.ToUnixTimeMilliseconds());
        }

        WriteAdditionalMembers(json);
    });

    private void WriteAdditionalMembers(Utf8JsonWriter json)
    {
        foreach (string member in options.AdditionalMembers)
        {
            json.WriteBoolean(member, true);
        }
    }

    private static GatewayReply Object(Action<Utf8JsonWriter> writeMembers) => GatewayReply.Json(json =>
    {
        json.WriteStartObject();
        writeMembers(json);
        json.WriteEndObject();
    });

    private static GatewayReply MethodNotAllowed(string allow)
    {
        GatewayReply problem = GatewayReply.Problem(405, "Method Not Allowed", $"This path is for {allow}.");
        return problem with { Headers = [new("Allow", allow)] };
    }
}
