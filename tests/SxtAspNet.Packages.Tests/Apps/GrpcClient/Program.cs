using GrpcClient;

var builder = WebApplication.CreateBuilder(args);
var address = builder.Configuration["Greeter"]!;
builder.Services.AddSxt(builder.Configuration.GetSection("Sxt"));
builder.Services.AddGrpcClient<Greeter.GreeterClient>(options => options.Address = new Uri(address)).AddSxtTokenHandler();

var app = builder.Build();
app.MapGet("/hello", async (Greeter.GreeterClient greeter) => (await greeter.SayHelloAsync(new HelloRequest { Name = "Sxt" })).Message);
app.Run();
