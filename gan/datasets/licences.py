"""The licence of each source, as far as its authors state one."""

PAPER = "CycleGAN's authors gathered it (Zhu et al. 2017); rights are with the images' owners"
OF_THE_PAPER = (
    "apple2orange", "cezanne2photo", "facades", "horse2zebra", "iphone2dslr_flower", "maps", "monet2photo",
    "summer2winter_yosemite", "ukiyoe2photo", "vangogh2photo",
)  # fmt: skip
LICENCES = {
    "mnist5k": "MNIST (Y. LeCun, C. Cortes): CC BY-SA 3.0",
    "mnist": "MNIST (Y. LeCun, C. Cortes): CC BY-SA 3.0",
    "fashion_mnist": "Fashion-MNIST (Zalando): MIT",
    "kmnist": "KMNIST (Center for Open Data in the Humanities): CC BY-SA 4.0",
    "svhn": "SVHN (Netzer et al. 2011): for non-commercial use",
    "cifar10": "CIFAR-10 (A. Krizhevsky): none stated",
    "stl10": "STL-10 (Coates et al. 2011), of ImageNet's images: none stated",
    "celeba": "CelebA (Liu et al. 2015): for non-commercial research",
    "lsun": "LSUN (Yu et al. 2015): none stated",
    "imagenet": "ImageNet (Russakovsky et al. 2015): for non-commercial research, on request",
    "cityscapes": "Cityscapes (Cordts et al. 2016): for non-commercial use",
    "folder": "your own",
    **dict.fromkeys(OF_THE_PAPER, PAPER),
}
