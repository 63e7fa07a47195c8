"""How fast Imgferry is beside other ways, on the machine it runs on (`make bench`)."""
