using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SxtAspNet;

namespace WebApi;

/// <summary>Tells readers of the OpenAPI document which endpoints want a token, and of what kind.</summary>
public sealed class BearerSecurity : IOpenApiDocumentTransformer, IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.AddComponent<IOpenApiSecurityScheme>(SxtBearerDefaults.AuthenticationScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "The caller's own access token of Space and Time.",
        });
        return Task.CompletedTask;
    }

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Any())
        {
            var scheme = new OpenApiSecuritySchemeReference(SxtBearerDefaults.AuthenticationScheme, context.Document);
            (operation.Security ??= []).Add(new OpenApiSecurityRequirement { [scheme] = [] });
        }

        return Task.CompletedTask;
    }
}
