Console.WriteLine("Affluent");
