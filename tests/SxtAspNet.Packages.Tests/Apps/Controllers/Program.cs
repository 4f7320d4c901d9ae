using SxtAspNet;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSxt(builder.Configuration.GetSection("Sxt"))
    .AddAzureKeyVault()
    .AddPkcs11();
builder.Services.AddAuthentication(SxtBearerDefaults.AuthenticationScheme)
    .AddSxtBearer(options => options.AllowedUsers.Add("billing-service"));
builder.Services.AddAuthorization();
builder.Services.AddControllers();

var app = builder.Build();
app.MapControllers();
app.Run();
